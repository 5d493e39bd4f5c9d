"""Whether this server takes part in a room, so that what happens there can be decided here."""

from homeserver.rooms.context import RoomsContext
from homeserver.storage.events import select_head
from homeserver.storage.room_servers import select_servers_in_room
from homeserver.storage.rooms import Room


async def takes_part(ctx: RoomsContext, room: Room) -> bool:
    """Tell whether a user of this server has joined a room, or nobody at all is left in one of ours."""
    async with ctx.db.acquire() as conn:
        servers = await select_servers_in_room(conn, room.nid)
        if servers:
            return ctx.server_name in servers
        return await select_head(conn, room.nid) is not None
