"""Who may have to do with a room: what every endpoint about one asks first.

Spec: https://spec.matrix.org/v1.19/server-server-api/#server-access-control-lists-acls
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.errors import InvalidIdentifier
from federation.protocol.ids import EventId, RoomId, ServerName, parse_event_id, parse_room_id


async def is_denied(ctx: FederationContext, room_id: RoomId, server: ServerName) -> bool:
    """Tell whether a room's access control list keeps a server out."""
    acl = await ctx.rooms.server_acl(room_id)
    return acl is not None and not acl.allows(server)


async def check_not_denied(ctx: FederationContext, room_id: RoomId, server: ServerName) -> None:
    """Refuse a server that the room's access control list keeps out.

    Raises: FederationRefusal 403 M_FORBIDDEN.
    """
    if await is_denied(ctx, room_id, server):
        raise FederationRefusal(403, "M_FORBIDDEN", "Your server is denied access to this room")


async def readable_room(ctx: FederationContext, text: str, server: ServerName) -> RoomId:
    """Return the room of a path, if the server takes part in it.

    A room that is not known here is answered like one that the server is not in.

    Raises: FederationRefusal 403 M_FORBIDDEN, 400 M_INVALID_PARAM.
    """
    try:
        room_id = parse_room_id(text)
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", str(error)) from error
    if not await ctx.rooms.is_server_in(room_id, server):
        raise FederationRefusal(403, "M_FORBIDDEN", "Your server is not in this room")
    await check_not_denied(ctx, room_id, server)
    return room_id


def event_id_of(text: str) -> EventId:
    """Return an event id of a path or query. Raises FederationRefusal 400 M_INVALID_PARAM."""
    try:
        return parse_event_id(text)
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", str(error)) from error


def event_not_found() -> FederationRefusal:
    """The one answer for an event that is unknown, of another room, or of a room the server is not in."""
    return FederationRefusal(404, "M_NOT_FOUND", "There is no such event")
