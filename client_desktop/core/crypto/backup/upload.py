"""Putting room keys into the backup: in batches, for as long as any wait, going on where it stopped.

What waits is written with the room keys themselves, so nothing is lost or forgotten by a restart, and every
key waits again when there is a new version.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from client_desktop.core.api.backoff import backoff_s
from client_desktop.core.boundary import describe
from client_desktop.core.changes import Change, Changes, EncryptionStateChanged, RoomKeysReceived
from client_desktop.core.crypto.backup.backup import Backup
from client_desktop.core.crypto.backup.server import BackupServer
from client_desktop.core.crypto.backup.session_data import encrypt_key
from client_desktop.core.crypto.exported_keys import ExportedKey
from client_desktop.core.errors import ClientError, MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.active_backup import ActiveBackup
from client_desktop.core.store.megolm import InboundSession, mark_backed_up, select_not_backed_up

log = logging.getLogger(__name__)

BATCH: Final = 100
FIRST_PAUSE_S: Final = 5.0
WRONG_VERSION: Final = "M_WRONG_ROOM_KEYS_VERSION"
_GONE: Final = (WRONG_VERSION, "M_NOT_FOUND")


class KeySource(Protocol):
    """The account's room keys. (`RoomKeys` is one.)"""

    def export(self, info: InboundSession) -> ExportedKey: ...


class BackupUpload:
    """Uploads in a task of its own, from `start()` to `close()`."""

    def __init__(
        self,
        backup: Backup,
        server: BackupServer,
        store: Store,
        changes: Changes,
        user_id: str,
        keys: KeySource,
        verified: Callable[[InboundSession], bool],
    ) -> None:
        """`verified`: whether a key came from a device that is verified."""
        self._backup = backup
        self._server = server
        self._store = store
        self._changes = changes
        self._user_id = user_id
        self._keys = keys
        self._verified = verified
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stops: list[Callable[[], None]] = []

    def start(self) -> None:
        """Upload what waits, and what comes later."""
        if self._task is None:
            for kind in (RoomKeysReceived, EncryptionStateChanged):
                self._stops.append(self._changes.listen(kind, self._hear))
            self._news.set()
            self._task = asyncio.create_task(self._run(), name="room key backup")

    async def close(self) -> None:
        """Stop, and wait until nothing is under way."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def upload_waiting(self) -> int:
        """Upload everything that waits now; return how many keys that were.

        Raises: ClientError; what was uploaded before stays noted.
        """
        uploaded = 0
        while (active := self._backup.active) is not None:
            waiting = select_not_backed_up(self._store.db, active.version, BATCH)
            if not waiting:
                break
            if await self._upload(active, waiting):
                uploaded += len(waiting)
            elif self._backup.active == active:
                break  # the server refuses what it offers: another time
        return uploaded

    async def _upload(self, active: ActiveBackup, waiting: Sequence[InboundSession]) -> bool:
        """Upload one batch; False where the backup has another version now, which was looked at."""
        rooms: dict[str, JsonObject] = {}
        for info in waiting:
            sessions = rooms.setdefault(info.room_id, {"sessions": {}})["sessions"]
            key = self._keys.export(info)
            sessions[info.session_id] = encrypt_key(
                active.public_key, key, info.first_index, self._verified(info)
            )
        try:
            await self._server.put_keys(active.version, rooms)
        except MatrixError as error:
            if error.errcode not in _GONE:
                raise
            log.info("the backup has another version than %s", active.version)
            await self._backup.check()
            return False
        with self._store.transaction() as db:
            mark_backed_up(db, active.version, waiting)
        return True

    def _hear(self, change: Change) -> None:
        if change.account == self._user_id:
            self._news.set()

    async def _run(self) -> None:
        failures = 0
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                if await self.upload_waiting():
                    self._changes.publish(EncryptionStateChanged(self._user_id))
                failures = 0
            except ClientError as error:
                log.info("room keys could not be backed up: %s", error)
                failures = await self._pause(failures)
            except Exception as error:  # noqa: BLE001 the backup goes on when what is wrong has passed
                log.error("key backup: %s", describe(error))
                failures = await self._pause(failures)

    async def _pause(self, failures: int) -> int:
        await asyncio.sleep(backoff_s(failures, first_s=FIRST_PAUSE_S))
        self._news.set()
        return failures + 1
