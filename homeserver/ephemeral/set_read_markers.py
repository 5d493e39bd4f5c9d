"""Move the fully read marker and receipts of a room in one go.

Spec: https://spec.matrix.org/v1.19/client-server-api/#fully-read-markers
"""

from collections.abc import Mapping

from federation.protocol.ids import EventId, RoomId
from homeserver.accounts.requester import Requester
from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.joined_room import joined_room
from homeserver.ephemeral.send_receipt import build_receipt
from homeserver.storage.receipts import UNTHREADED


async def set_read_markers(
    ctx: EphemeralContext, requester: Requester, room_id: RoomId, markers: Mapping[str, EventId]
) -> None:
    """Move each marker, by its type, forwards to its event: all of them, or none where one is refused.

    Raises: Forbidden for a room that the requester has not joined, NotFound for an event they may not see.
    """
    room = await joined_room(ctx.rooms, requester.user_nid, room_id)
    receipts = [
        await build_receipt(ctx, requester, room, receipt_type, event_id, UNTHREADED)
        for receipt_type, event_id in markers.items()
    ]
    if receipts:
        await ctx.receipts.write(receipts)
        ctx.presence.active(requester.user_nid, requester.device_nid)
