"""What the account alone knows of a room: tags, direct chats, mutes, unread marks."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial

from client_desktop.core.account_data import change_account_data, put_account_data
from client_desktop.core.api import path
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.summarize import MUTE_TYPE
from client_desktop.core.shapes import as_object, as_texts
from client_desktop.core.store.account_data import select_account_data

FAVOURITE = "m.favourite"
LOW_PRIORITY = "m.lowpriority"


class RoomAccountData:
    """Account data of rooms, read from the store and written to the server."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx

    def account_data(self, room_id: str, type_: str) -> JsonObject | None:
        """Give account data of a room, or None."""
        return select_account_data(self._ctx.store.db, room_id, type_)

    async def set_account_data(self, room_id: str, type_: str, content: ReadonlyJsonObject) -> None:
        """Raises: ClientError."""
        await put_account_data(self._ctx.api, self._ctx.user_id, type_, content, room_id)

    async def set_tag(self, room_id: str, tag: str, order: float | None = None) -> None:
        """Put a room among those with a tag; a favourite is of no low priority, and the other way round.

        Raises: ClientError.
        """
        opposite = {FAVOURITE: LOW_PRIORITY, LOW_PRIORITY: FAVOURITE}.get(tag)
        tags = as_object((self.account_data(room_id, "m.tag") or {}).get("tags"))
        if opposite in tags:
            await self.remove_tag(room_id, str(opposite))
        await self._ctx.api.put(
            self._tag(room_id, tag), {} if order is None else {"order": order}, retry=True
        )

    async def remove_tag(self, room_id: str, tag: str) -> None:
        """Raises: ClientError."""
        await self._ctx.api.delete(self._tag(room_id, tag), retry=True)

    async def set_direct(self, room_id: str, user_id: str | None) -> None:
        """Have a room count as the direct chat with somebody, or as none.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#mdirect
        Raises: ClientError.
        """
        change = partial(_with_direct, room_id, user_id)
        await change_account_data(self._ctx.api, self._ctx.user_id, "m.direct", change)

    async def set_muted(self, room_id: str, muted: bool, until_ms: int | None = None) -> None:
        """Have a room notify of nothing, on every device; until a time, when this client lifts it.

        Raises: ClientError.
        """
        rule = path("/_matrix/client/v3/pushrules/global/override/{}", room_id)
        if muted:
            condition = {"kind": "event_match", "key": "room_id", "pattern": room_id}
            await self._ctx.api.put(rule, {"conditions": [condition], "actions": []}, retry=True)
        else:
            await _unless_missing(self._ctx.api.delete(rule, retry=True))
        if until_ms is not None or self.account_data(room_id, MUTE_TYPE):
            await self.set_account_data(
                room_id, MUTE_TYPE, {"until_ms": until_ms} if muted and until_ms is not None else {}
            )

    async def mark_unread(self, room_id: str, unread: bool) -> None:
        """Set or take the mark that says: look at this again.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#mmarked_unread
        Raises: ClientError.
        """
        await self.set_account_data(room_id, "m.marked_unread", {"unread": unread})

    def _tag(self, room_id: str, tag: str) -> str:
        return path("/_matrix/client/v3/user/{}/rooms/{}/tags/{}", self._ctx.user_id, room_id, tag)


async def _unless_missing(call: Awaitable[object]) -> None:
    """Await what is as good where there was nothing to do it to."""
    try:
        await call
    except MatrixError as error:
        if error.status != 404:
            raise


def _with_direct(room_id: str, user_id: str | None, content: JsonObject) -> JsonObject:
    others = {user: [room for room in as_texts(rooms) if room != room_id] for user, rooms in content.items()}
    if user_id is not None:
        others[user_id] = [*others.get(user_id, []), room_id]
    return {user: rooms for user, rooms in others.items() if rooms}
