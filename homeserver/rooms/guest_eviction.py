"""Guests leave when their room stops to let guests in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#guest-access
"""

from typing import Final

from federation.protocol.ids import UserId
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.membership_change import member_content
from homeserver.rooms.membership_checks import lets_guests_in
from homeserver.rooms.send import send_event
from homeserver.storage.local_members import select_joined_guests
from homeserver.storage.rooms import Room

GUESTS_PER_READ: Final = 500


async def evict_guests(ctx: RoomsContext, room_nid: int) -> None:
    """Make every guest of this server leave a room, unless it lets guests in after all."""
    room = (await ctx.names.rooms([room_nid]))[room_nid]
    while not await lets_guests_in(ctx, room):
        async with ctx.db.acquire() as conn:
            guests = await select_joined_guests(conn, room_nid, GUESTS_PER_READ)
        left = [guest for guest in guests if await _leave(ctx, room, guest)]
        if not left:
            return


async def _leave(ctx: RoomsContext, room: Room, guest: UserId) -> bool:
    try:
        await send_event(ctx, room.room_id, guest, "m.room.member", member_content("leave"), state_key=guest)
    except Forbidden:
        return False
    return True
