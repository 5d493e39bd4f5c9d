"""Which rooms are shown before all their members are known, and from when on they were complete."""

from collections.abc import Sequence

from homeserver.rooms.context import RoomsContext
from homeserver.storage.partial_joins import PartialRoom, select_is_partial, select_partial_rooms


async def is_partial(ctx: RoomsContext, room_nid: int) -> bool:
    """Whether not all members of a room are known yet: what tells of all of them has to wait."""
    async with ctx.db.acquire() as conn:
        return await select_is_partial(conn, room_nid)


async def incomplete_rooms(ctx: RoomsContext) -> Sequence[PartialRoom]:
    """Return the rooms that have yet to be completed, those joined first before the others."""
    async with ctx.db.acquire() as conn:
        return await select_partial_rooms(conn)
