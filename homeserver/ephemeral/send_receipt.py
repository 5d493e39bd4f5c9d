"""Say that a user has read up to an event.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidreceiptreceipttypeeventid
"""

from typing import Final

from federation.protocol.ids import EventId, RoomId
from homeserver.accounts.requester import Requester
from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.joined_room import joined_room
from homeserver.ephemeral.receipt_target import receipt_target
from homeserver.errors import InvalidParam
from homeserver.rooms.viewer import Viewer
from homeserver.storage.receipts import FULLY_READ, READ, READ_PRIVATE, UNTHREADED, NewReceipt
from homeserver.storage.rooms import Room

RECEIPT_TYPES: Final = frozenset({READ, READ_PRIVATE, FULLY_READ})


async def send_receipt(
    ctx: EphemeralContext,
    requester: Requester,
    room_id: RoomId,
    receipt_type: str,
    event_id: EventId,
    thread: str = UNTHREADED,
) -> None:
    """Move a receipt, or the fully read marker, forwards to an event; backwards it does not go.

    Raises: Forbidden for a room that the requester has not joined, NotFound for an event they may not see,
    InvalidParam for an unknown type or an event outside the thread.
    """
    if receipt_type not in RECEIPT_TYPES:
        raise InvalidParam(f"A receipt is one of {', '.join(sorted(RECEIPT_TYPES))}")
    if receipt_type == FULLY_READ and thread != UNTHREADED:
        raise InvalidParam("The fully read marker has no threads")
    room = await joined_room(ctx.rooms, requester.user_nid, room_id)
    await ctx.receipts.write([await build_receipt(ctx, requester, room, receipt_type, event_id, thread)])
    ctx.presence.active(requester.user_nid, requester.device_nid)


async def build_receipt(
    ctx: EphemeralContext, requester: Requester, room: Room, receipt_type: str, event_id: EventId, thread: str
) -> NewReceipt:
    """Look up what a receipt refers to. Raises as `receipt_target` does."""
    viewer = Viewer(requester.user_id, requester.user_nid, requester.device_nid)
    event = await receipt_target(ctx.rooms, viewer, room, event_id, thread)
    return NewReceipt(
        room.nid,
        requester.user_nid,
        receipt_type,
        thread,
        event_id,
        event.position or 0,
        ctx.rooms.clock.now_ms(),
    )
