"""Getting room keys out of the backup: all of them at once, or one when a message wants it."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from client_desktop.core.boundary import describe
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.backup.backup import Backup
from client_desktop.core.crypto.backup.server import BackupServer
from client_desktop.core.crypto.backup.session_data import decrypt_key
from client_desktop.core.crypto.exported_keys import ExportedKey
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store.megolm import Origin

log = logging.getLogger(__name__)

KEYS_AT_ONCE: Final = 200
MAX_WANTED: Final = 1_000
ASK_AGAIN_MS: Final = 10 * 60 * 1000
"""How long a key that the backup has not got, or could not be asked for, is not asked for again."""


@dataclass(frozen=True, slots=True)
class Restored:
    """How many keys the backup holds, how many could be read, how many told something new."""

    total: int
    readable: int
    new: int


class KeyImport(Protocol):
    """The account's room keys. (`RoomKeys` is one.)"""

    def import_keys(
        self,
        keys: Iterable[ExportedKey],
        origin: Origin,
        *,
        brought_by: str = "",
        backup_version: str | None = None,
    ) -> int: ...


class BackupRestore:
    """Reads the backup. Keys that messages want are fetched one after another, in a task."""

    def __init__(self, backup: Backup, server: BackupServer, keys: KeyImport, clock: Clock) -> None:
        self._backup = backup
        self._server = server
        self._keys = keys
        self._clock = clock
        self._wanted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._asked_ms: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def restore_all(self, progress: Callable[[int, int], None] = lambda done, total: None) -> Restored:
        """Import every key; `progress` is told how many of how many are done.

        Raises: NoBackup, BackupKeyMissing, ClientError.
        """
        version, private_key = self._backup.readable()
        rooms = await self._server.get_keys(version)
        total = sum(len(sessions) for sessions in rooms.values())
        done = readable = new = 0
        entries = _entries(rooms)
        while part := list(islice(entries, KEYS_AT_ONCE)):
            keys = await asyncio.to_thread(_decrypt, private_key, part)
            new += self._keys.import_keys(keys, Origin.BACKUP, backup_version=version)
            readable += len(keys)
            done += len(part)
            progress(done, total)
        log.info("%d of %d keys of the backup could be read", readable, total)
        return Restored(total, readable, new)

    async def restore_one(self, room_id: str, session_id: str) -> bool:
        """Fetch one key; tell whether the backup had it.

        Raises: NoBackup, BackupKeyMissing, ClientError.
        """
        version, private_key = self._backup.readable()
        data = await self._server.get_key(version, room_id, session_id)
        if data is None:
            return False
        keys = _decrypt(private_key, [(room_id, session_id, data)])
        self._keys.import_keys(keys, Origin.BACKUP, backup_version=version)
        return bool(keys)

    def want(self, room_id: str, session_id: str) -> None:
        """Hear that a message could not be decrypted for want of this key: look for it soon."""
        name, now_ms = (room_id, session_id), self._clock.now_ms()
        if now_ms - self._asked_ms.get(name, now_ms - ASK_AGAIN_MS) < ASK_AGAIN_MS:
            return
        self._wanted[name] = None
        self._wanted.move_to_end(name)
        if len(self._wanted) > MAX_WANTED:
            self._wanted.popitem(last=False)
        self._news.set()

    def start(self) -> None:
        """Begin to fetch what is wanted."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="room keys from backup")

    async def close(self) -> None:
        """Stop, and wait until nothing is under way."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def fetch_wanted(self) -> None:
        """Fetch what is wanted now, the newest wish first. What fails is not asked for again for a while."""
        while self._wanted and self._backup.private_key() is not None:
            name, _ = self._wanted.popitem()
            self._asked_ms[name] = self._clock.now_ms()
            if len(self._asked_ms) > MAX_WANTED:
                self._asked_ms.popitem(last=False)
            try:
                await self.restore_one(*name)
            except ClientError as error:
                log.info("a room key could not be fetched from the backup: %s", error)
            except Exception as error:  # noqa: BLE001 one bad key must not stop all others
                log.error("a room key of the backup: %s", describe(error))

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            await self.fetch_wanted()


def _entries(rooms: JsonObject) -> Iterator[tuple[str, str, object]]:
    for room_id, sessions in rooms.items():
        for session_id, data in sessions.items():
            yield room_id, session_id, data


def _decrypt(private_key: bytes, entries: Iterable[tuple[str, str, object]]) -> list[ExportedKey]:
    """Return the keys that can be read; the others are left out."""
    keys = []
    for room_id, session_id, data in entries:
        try:
            keys.append(decrypt_key(private_key, room_id, session_id, data))
        except CryptoError as error:
            log.info("a key in the backup cannot be read: %s", error)
    return keys
