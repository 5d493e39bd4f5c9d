"""Whether another server may take part in a room of ours at all.

Spec: https://spec.matrix.org/v1.19/server-server-api/#server-access-control-lists-acls
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.ids import (
    InvalidIdentifier,
    RoomId,
    ServerName,
    UserId,
    parse_room_id,
    parse_user_id,
    server_name_of,
)
from federation.protocol.room_versions import RoomVersion


async def version_of_room(ctx: FederationContext, room_id: RoomId, origin: ServerName) -> RoomVersion:
    """Return the version of a room that this server is in, and the asking server may be.

    Raises: FederationRefusal 404 M_NOT_FOUND, 403 M_FORBIDDEN.
    """
    version = await ctx.rooms.version_of(room_id) if await ctx.rooms.is_resident(room_id) else None
    if version is None:
        raise FederationRefusal(404, "M_NOT_FOUND", "This server is not in the room")
    await check_server_acl(ctx, room_id, origin)
    return version


async def check_server_acl(ctx: FederationContext, room_id: RoomId, origin: ServerName) -> None:
    """Refuse a server that the room keeps out. Raises FederationRefusal 403 M_FORBIDDEN."""
    acl = await ctx.rooms.server_acl(room_id)
    if acl is not None and not acl.allows(origin):
        raise FederationRefusal(403, "M_FORBIDDEN", "The room does not admit your server")


def room_in_path(text: str) -> RoomId:
    """Parse a room id. Raises FederationRefusal 400 M_INVALID_PARAM."""
    try:
        return parse_room_id(text)
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", str(error)) from error


def user_in_path(text: str) -> UserId:
    """Parse a user id. Raises FederationRefusal 400 M_INVALID_PARAM."""
    try:
        return parse_user_id(text)
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", str(error)) from error


def check_origin(origin: ServerName, user_id: UserId) -> None:
    """Refuse a server that acts for another server's user. Raises FederationRefusal 403 M_FORBIDDEN."""
    if server_name_of(user_id) != origin:
        raise FederationRefusal(403, "M_FORBIDDEN", "The user is not of your server")
