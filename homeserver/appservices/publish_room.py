"""Room directories of application services, one for each network.

Spec: https://spec.matrix.org/v1.19/application-service-api/#published-room-directories
"""

from federation.protocol.ids import RoomId
from homeserver.appservices.context import AppservicesContext
from homeserver.appservices.registration import Registration
from homeserver.errors import InvalidParam
from homeserver.rooms.find_room import room_by_id
from homeserver.storage import appservices

MAX_NETWORK_ID_LENGTH = 255


async def publish_in_network(
    ctx: AppservicesContext, registration: Registration, network_id: str, room_id: RoomId, *, public: bool
) -> None:
    """Show a room in a network's directory, or no longer. Raises NotFound, InvalidParam."""
    if not 0 < len(network_id) <= MAX_NETWORK_ID_LENGTH:
        raise InvalidParam(f"A network's id has 1 to {MAX_NETWORK_ID_LENGTH} characters")
    room = await room_by_id(ctx.rooms, room_id)
    nid = ctx.nids[registration.id]
    async with ctx.rooms.db.acquire() as conn:
        if public:
            await appservices.insert_published(conn, nid, network_id, room.nid)
        else:
            await appservices.delete_published(conn, nid, network_id, room.nid)
