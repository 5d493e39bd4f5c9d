"""From what a client names a room by to its id, whoever's room it is.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from federation.handshakes.try_servers import candidates
from federation.protocol.ids import (
    RoomAlias,
    RoomId,
    ServerName,
    parse_room_alias,
    parse_room_id,
    server_name_of,
)
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_of_alias
from homeserver.rooms.takes_part import takes_part
from homeserver.storage.out_of_band import select_out_of_band
from homeserver.storage.room_servers import select_servers_in_room
from homeserver.storage.rooms import Room


@dataclass(frozen=True, slots=True)
class LocatedRoom:
    """A room. `room` is there if this server takes part in it; else `servers` are those to ask."""

    room_id: RoomId
    room: Room | None
    servers: Sequence[ServerName]


async def locate_room(
    ctx: RoomsContext, user_nid: int, id_or_alias: str, via: Iterable[str] = ()
) -> LocatedRoom:
    """Return the room with this id or alias. `via` are servers that a client thinks are in it.

    Raises: InvalidIdentifier for what is neither; NotFound for an alias that leads nowhere.
    """
    named = candidates(ctx.server_name, None, via)
    if id_or_alias.startswith("#"):
        room_id, servers = await resolve_alias(ctx, parse_room_alias(id_or_alias))
    else:
        room_id, servers = parse_room_id(id_or_alias), ()
    room = await ctx.names.room(room_id)
    if room is not None and await takes_part(ctx, room):
        return LocatedRoom(room_id, room, ())
    known = () if room is None else await known_servers(ctx, user_nid, room)
    return LocatedRoom(room_id, None, list(dict.fromkeys([*named, *servers, *known])))


async def resolve_alias(ctx: RoomsContext, alias: RoomAlias) -> tuple[RoomId, Sequence[ServerName]]:
    """Return the room that anybody's alias leads to, and servers that are in it. Raises NotFound."""
    if server_name_of(alias) != ctx.server_name:
        return await ctx.gateway.rooms.find_alias(alias)
    room = await room_of_alias(ctx, alias)
    async with ctx.db.acquire() as conn:
        servers = await select_servers_in_room(conn, room.nid)
    return room.room_id, servers


async def known_servers(ctx: RoomsContext, user_nid: int, room: Room) -> list[ServerName]:
    """Return servers that are in a room, as far as this server knows: who invited the user comes first."""
    async with ctx.db.acquire() as conn:
        out_of_band = await select_out_of_band(conn, user_nid, [room.nid])
        members = await select_servers_in_room(conn, room.nid)
    invited_by = out_of_band[room.nid].servers if room.nid in out_of_band else ()
    return [server for server in (*invited_by, *members) if server != ctx.server_name]
