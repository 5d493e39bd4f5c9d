"""From what a client names a room by to the room."""

from federation.protocol.ids import RoomAlias, RoomId, parse_room_alias, parse_room_id, server_name_of
from homeserver.errors import NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.storage import directory
from homeserver.storage.directory import StoredAlias
from homeserver.storage.rooms import Room


async def find_room(ctx: RoomsContext, id_or_alias: str) -> Room:
    """Return the room with this id or alias.

    Raises: InvalidIdentifier for what is neither; NotFound for a room or alias unknown to this server.
    """
    if id_or_alias.startswith("#"):
        return await room_of_alias(ctx, parse_room_alias(id_or_alias))
    return await room_by_id(ctx, parse_room_id(id_or_alias))


async def room_by_id(ctx: RoomsContext, room_id: RoomId) -> Room:
    """Return a room. Raises NotFound where this server does not know it."""
    room = await ctx.names.room(room_id)
    if room is None:
        raise NotFound("This server does not know the room")
    return room


async def room_of_alias(ctx: RoomsContext, alias: RoomAlias) -> Room:
    """Return the room that an alias leads to. Raises NotFound."""
    room = await room_of_local_alias(ctx, alias)
    if room is None:
        raise NotFound("There is no such room alias")
    return room


async def room_of_local_alias(ctx: RoomsContext, alias: RoomAlias) -> Room | None:
    """Return the room that an alias of this server leads to; None for all other aliases.

    Of an alias that is not there, the application service that answers for it is asked first.
    """
    if server_name_of(alias) != ctx.server_name:
        return None
    stored = await _stored_alias(ctx, alias)
    if stored is None and await ctx.bridges.names.ask_for_alias(alias):
        stored = await _stored_alias(ctx, alias)
    return None if stored is None else (await ctx.names.rooms([stored.room_nid]))[stored.room_nid]


async def _stored_alias(ctx: RoomsContext, alias: RoomAlias) -> StoredAlias | None:
    async with ctx.db.acquire() as conn:
        return await directory.select_alias(conn, alias)
