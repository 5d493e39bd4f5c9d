"""The rooms that two users are both in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mutual-rooms
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import RoomId, UserId
from homeserver.errors import InvalidParam
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.viewer import Viewer
from homeserver.storage.memberships import select_shared_rooms

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class MutualRooms:
    """A page of rooms; `count` is of all pages, `next_batch` is None on the last one."""

    rooms: Sequence[RoomId]
    count: int
    next_batch: str | None


async def mutual_rooms(ctx: RoomsContext, viewer: Viewer, other: UserId, token: str | None) -> MutualRooms:
    """Return the rooms that both have joined, in the order in which this server came to know them.

    Raises: InvalidParam for the viewer's own user id, and for what is no token.
    """
    if other == viewer.user_id:
        raise InvalidParam("These are all of your rooms: name somebody else")
    after = _parse(token)
    other_nid = (await ctx.names.known_users([other])).get(other)
    if other_nid is None:
        return MutualRooms((), 0, None)
    async with ctx.db.acquire() as conn:
        shared = sorted(await select_shared_rooms(conn, viewer.user_nid, other_nid))
    left = [room_nid for room_nid in shared if room_nid > after]
    page = left[:PAGE]
    rooms = await ctx.names.rooms(page)
    next_batch = str(page[-1]) if len(left) > PAGE else None
    return MutualRooms([rooms[room_nid].room_id for room_nid in page], len(shared), next_batch)


def _parse(token: str | None) -> int:
    if token is None:
        return 0
    if not token.isascii() or not token.isdigit() or len(token) > 18:
        raise InvalidParam("`from` is not a token of this list")
    return int(token)
