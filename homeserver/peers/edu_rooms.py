"""The rooms and users that EDUs name: whom a server may speak for, and where.

Spec: https://spec.matrix.org/v1.19/server-server-api/#server-access-control-lists-acls
"""

from federation.ports.rooms import RoomWriter
from federation.protocol.canonical_json import JsonValue
from federation.protocol.ids import (
    InvalidIdentifier,
    ServerName,
    UserId,
    parse_room_id,
    parse_user_id,
    server_name_of,
)
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.storage.rooms import Room


def user_of_origin(text: JsonValue, origin: ServerName) -> UserId:
    """Return a user id, if it is of the server that speaks. Raises InvalidIdentifier, Forbidden."""
    user_id = parse_user_id(_text(text))
    if server_name_of(user_id) != origin:
        raise Forbidden("The user is not of the server that speaks")
    return user_id


async def room_open_to(ctx: RoomsContext, access: RoomWriter, text: JsonValue, origin: ServerName) -> Room:
    """Return a room that this server is in, unless it keeps the other server out.

    Raises: InvalidIdentifier, Forbidden.
    """
    room_id = parse_room_id(_text(text))
    room = await ctx.names.room(room_id)
    if room is None or not await access.is_resident(room_id):
        raise Forbidden("This server is not in the room")
    acl = await access.server_acl(room_id)
    if acl is not None and not acl.allows(origin):
        raise Forbidden("The room keeps the server out")
    return room


async def joined_user(ctx: RoomsContext, room: Room, user_id: UserId) -> int:
    """Return the number of a user who has joined a room. Raises Forbidden."""
    user_nid = (await ctx.names.known_users([user_id])).get(user_id)
    if user_nid is None or not await ctx.memberships.is_joined(user_nid, room.nid):
        raise Forbidden("The user has not joined the room")
    return user_nid


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise InvalidIdentifier("not a text")
    return value
