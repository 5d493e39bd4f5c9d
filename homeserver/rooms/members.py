"""Read who is in a room, or was.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmembers
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from federation.protocol.ids import UserId
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.history_tokens import HistoryToken, StreamPosition
from homeserver.rooms.visibility import check_may_read_room
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent
from homeserver.storage.history import select_all_members, select_joined_members, select_position_before
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

COMPLETE_WITHIN_S: Final = 60.0
"""How long somebody who asks waits for the members of a room that was joined without them."""


@dataclass(frozen=True, slots=True)
class MembersWanted:
    """Which members are asked for, and as of when; None does not restrict.

    With both `membership` and `not_membership`, fulfilling one of them is enough.
    """

    at: HistoryToken | None = None
    membership: str | None = None
    not_membership: str | None = None

    def includes(self, membership: str) -> bool:
        wanted = []
        if self.membership is not None:
            wanted.append(membership == self.membership)
        if self.not_membership is not None:
            wanted.append(membership != self.not_membership)
        return any(wanted) if wanted else True


async def read_members(
    ctx: RoomsContext, viewer: Viewer, room: Room, wanted: MembersWanted
) -> list[StoredEvent]:
    """Return the member events of a room; a former member sees none newer than their departure.

    Where the room was joined a moment ago, that waits until all its members are known.

    Raises: Forbidden; Unavailable where they are not known in time.
    """
    access = await check_may_read_room(ctx, viewer, room)
    complete_since = await ctx.completions.wait_for(room.nid, COMPLETE_WITHIN_S) or 0
    async with ctx.db.acquire() as conn:
        position = access.state_position
        if wanted.at is not None:
            asked = max(await _position_of(conn, room, wanted.at), complete_since)
            position = asked if position is None else min(asked, position)
        members = await select_all_members(conn, room.nid, position)
    return [event for membership, event in members if wanted.includes(membership)]


async def read_joined_members(ctx: RoomsContext, viewer: Viewer, room: Room) -> dict[UserId, dict[str, str]]:
    """Return the display name and avatar of everybody in a room.

    Raises: Forbidden for who is not in it; Unavailable where not all are known in time.
    """
    access = await check_may_read_room(ctx, viewer, room)
    if not access.is_joined:
        raise Forbidden("You are not in this room")
    await ctx.completions.wait_for(room.nid, COMPLETE_WITHIN_S)
    async with ctx.db.acquire() as conn:
        members = await select_joined_members(conn, room.nid)
    return {user_id: _profile(event) for user_id, event in members.items()}


async def _position_of(conn: Connection, room: Room, token: HistoryToken) -> int:
    if isinstance(token, StreamPosition):
        return token.position
    return await select_position_before(conn, room.nid, token) or 0


def _profile(event: StoredEvent) -> dict[str, str]:
    """Return what a member event says of the member; redaction leaves nothing of it."""
    if event.redacted_by is not None:
        return {}
    content = event.load()["content"]
    named = (("display_name", content.get("displayname")), ("avatar_url", content.get("avatar_url")))
    return {name: value for name, value in named if isinstance(value, str)}
