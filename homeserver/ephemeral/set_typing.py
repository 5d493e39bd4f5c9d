"""Say that a user is typing in a room, or has stopped.

Spec: https://spec.matrix.org/v1.19/client-server-api/#typing-notifications
"""

from typing import Final

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.joined_room import joined_room

MAX_TIMEOUT_MS: Final = 120_000


async def set_typing(
    ctx: EphemeralContext, requester: Requester, room_id: RoomId, *, typing: bool, timeout_ms: int
) -> None:
    """Show the requester as typing for `timeout_ms`, bounded by MAX_TIMEOUT_MS, or as not typing.

    Raises: Forbidden for a room that the requester has not joined.
    """
    room = await joined_room(ctx.rooms, requester.user_nid, room_id)
    if not typing:
        ctx.typing.stop_typing(room.nid, requester.user_nid)
        return
    timeout_ms = min(timeout_ms, MAX_TIMEOUT_MS)
    ctx.typing.start_typing(room.nid, requester.user_nid, requester.user_id, timeout_ms)
    ctx.presence.active(requester.user_nid, requester.device_nid)
