"""Telling others what one reads and writes: receipts, read markers, typing."""

from __future__ import annotations

from client_desktop.core.api import path
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.context import RoomsContext

TYPING_MS = 30_000


class ReadingActs:
    """Receipts, read markers, typing."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx

    async def mark_read(
        self,
        room_id: str,
        event_id: str,
        private: bool = False,
        *,
        thread: str | None = None,
        fully_read: bool = True,
    ) -> None:
        """Say that everything up to an event has been read; `private`: to the server only.

        `thread`: the root of the thread that was read, None for the main timeline, whose read marker moves as
        well unless `fully_read` is False.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#receipts
        Raises: ClientError.
        """
        kind = "m.read.private" if private else "m.read"
        if thread is None and fully_read:
            body = {"m.fully_read": event_id, kind: event_id}
            await self._ctx.api.post(
                path("/_matrix/client/v3/rooms/{}/read_markers", room_id), body, retry=True
            )
            return
        members = {"room_id": room_id, "receipt_type": kind, "event_id": event_id}
        receipt = {"thread_id": thread or "main"}
        if await self._ctx.api.live.ask("receipt", {**members, **receipt}) is None:
            target = path("/_matrix/client/v3/rooms/{}/receipt/{}/{}", room_id, kind, event_id)
            await self._ctx.api.post(target, receipt, retry=True)

    async def set_fully_read(self, room_id: str, event_id: str) -> None:
        """Move the line below which everything is unread.

        Raises: ClientError.
        """
        await self._ctx.api.post(
            path("/_matrix/client/v3/rooms/{}/read_markers", room_id), {"m.fully_read": event_id}, retry=True
        )

    async def typing(self, room_id: str, typing: bool, timeout_ms: int = TYPING_MS) -> None:
        """Say that one is typing, for as long as that holds, or not any more.

        Raises: ClientError.
        """
        body: JsonObject = {"typing": typing}
        if typing:
            body["timeout"] = timeout_ms
        if await self._ctx.api.live.ask("typing", {"room_id": room_id, **body}) is None:
            target = path("/_matrix/client/v3/rooms/{}/typing/{}", room_id, self._ctx.user_id)
            await self._ctx.api.put(target, body)
