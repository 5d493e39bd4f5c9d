"""Send one entry: its files, then the event, encrypted where the room wants it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sending-events-to-a-room
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from client_desktop.core.api import Api, path
from client_desktop.core.crypto.attachments import encrypt_file
from client_desktop.core.errors import BadAnswer, MatrixError
from client_desktop.core.events import MAX_ID_CHARACTERS
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.media.errors import FileGone
from client_desktop.core.media.uploads import ENCRYPTED_TYPE, Progress, upload_file
from client_desktop.core.outbox.contents.files import with_upload
from client_desktop.core.outbox.errors import RoomNotHere
from client_desktop.core.outbox.file_store import FileStore
from client_desktop.core.outbox.ports import Encryption, KnowsRoom, Uploaded
from client_desktop.core.outbox.queue import Queue
from client_desktop.core.shapes import as_text
from client_desktop.core.store.outbox import OutboxEntry, OutboxFile

SEND: Final = "/_matrix/client/v3/rooms/{}/send/{}/{}"
REDACT: Final = "/_matrix/client/v3/rooms/{}/redact/{}/{}"
REDACTION: Final = "m.room.redaction"
REACTION: Final = "m.reaction"
IN_CLEAR: Final = frozenset({REDACTION, REACTION})
"""What servers have to read; what they say is outside of the encryption anyway."""
DUPLICATE_ANNOTATION: Final = "M_DUPLICATE_ANNOTATION"
TIMEOUT_S: Final = 60.0


class Sender:
    """Does the requests of one entry after another; remembers nothing but through the queue."""

    def __init__(
        self,
        api: Api,
        queue: Queue,
        encryption: Encryption,
        files: FileStore,
        uploaded: Uploaded,
        knows_room: KnowsRoom,
    ) -> None:
        self._api = api
        self._queue = queue
        self._encryption = encryption
        self._files = files
        self._uploaded = uploaded
        self._knows_room = knows_room

    async def send(self, entry: OutboxEntry, progress: Progress, on_event: Callable[[], None]) -> str | None:
        """Send an entry, and return its event id; None where it was there already.

        `on_event` is called when the files are up and the event itself goes out: it cannot be stopped then.

        Raises: ClientError.
        """
        if not self._knows_room(entry.room_id):
            # A room that was made or joined a moment ago: in clear, this might be what must never be.
            raise RoomNotHere(entry.room_id)
        content = await self._with_files(entry, progress)
        event_type: str = entry.type
        sealed: ReadonlyJsonObject = content
        if entry.type not in IN_CLEAR and self._encryption.is_encrypted(entry.room_id):
            event_type, sealed = await self._encryption.encrypt(entry.room_id, entry.type, content)
        on_event()
        self._queue.tried(entry.txn_id)
        try:
            answer = await self._put(entry, event_type, sealed)
        except MatrixError as error:
            if error.errcode == DUPLICATE_ANNOTATION:
                return None
            raise
        event_id = as_text(answer.get("event_id"))
        if not 1 < len(event_id) <= MAX_ID_CHARACTERS:
            raise BadAnswer("an event without id")
        return event_id

    async def _put(self, entry: OutboxEntry, event_type: str, content: ReadonlyJsonObject) -> JsonObject:
        if entry.type == REDACTION:
            target = path(REDACT, entry.room_id, entry.redacts or "", entry.txn_id)
        else:
            members = {"room_id": entry.room_id, "event_type": event_type, "txn_id": entry.txn_id}
            answer = await self._api.live.ask("send", {**members, "content": content})
            if answer is not None:
                return answer
            target = path(SEND, entry.room_id, event_type, entry.txn_id)
        return await self._api.put(target, content, timeout_s=TIMEOUT_S)

    async def _with_files(self, entry: OutboxEntry, progress: Progress) -> ReadonlyJsonObject:
        """Return the content with the addresses of its files, uploaded now where they are not yet."""
        content = entry.content
        files = self._queue.files(entry.txn_id)
        total, done = sum(file.size for file in files), 0
        for file in files:
            url, encrypted_file = file.url, file.encrypted_file
            if url is None:
                before = done

                def told(sent: int, _: int, before: int = before) -> None:
                    progress(min(before + sent, total), total)

                url, encrypted_file = await self._upload(entry, file, told)
            done += file.size
            content = with_upload(content, file.slot, url, encrypted_file)
        return content

    async def _upload(
        self, entry: OutboxEntry, file: OutboxFile, progress: Progress
    ) -> tuple[str, JsonObject | None]:
        source, encrypted_file = Path(file.path), None
        if self._encryption.is_encrypted(entry.room_id):
            sealed, encrypted_file = await self._encrypted(entry.txn_id, file, source)
            url = await upload_file(self._api, sealed, ENCRYPTED_TYPE, None, progress)
            encrypted_file = {**encrypted_file, "url": url}
        else:
            url = await upload_file(self._api, source, file.mime_type, file.name, progress)
        self._queue.uploaded(entry.txn_id, file.slot, url, encrypted_file)
        await self._uploaded.keep(url, source)
        return url, encrypted_file

    async def _encrypted(self, txn_id: str, file: OutboxFile, source: Path) -> tuple[Path, JsonObject]:
        sealed = self._files.place(txn_id, f"{file.slot}.sealed")
        try:
            return sealed, await asyncio.to_thread(encrypt_file, source, sealed)
        except OSError as error:
            raise FileGone(str(error.strerror)) from error
