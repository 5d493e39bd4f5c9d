"""Other servers end invites and knocks of our users, in rooms that this server is not in.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1sendtxnid
"""

from collections.abc import Sequence
from typing import Final

from federation.context import FederationContext
from federation.protocol.canonical_json import JsonValue
from federation.protocol.ids import RoomId
from federation.transport.check_pdus import check_pdus

ENDS: Final = ("leave", "ban")


async def take_retractions(ctx: FederationContext, room_id: RoomId, events: Sequence[JsonValue]) -> None:
    """End memberships of our users by those events of a room, of a transaction, that may do so."""
    version = await ctx.rooms.version_of(room_id)
    ending = [event for event in events if _ends_ours(ctx, event)]
    if version is None or not ending:
        return
    for pdu in (await check_pdus(ctx.keyring, version, ending, room_id)).pdus:
        await ctx.handshakes.retract(pdu, version)


def _ends_ours(ctx: FederationContext, event: JsonValue) -> bool:
    """Whether something looks like the end of a membership of a user of ours, by somebody else."""
    if not isinstance(event, dict) or event.get("type") != "m.room.member":
        return False
    content, target = event.get("content"), event.get("state_key")
    is_ours = isinstance(target, str) and target.endswith(f":{ctx.server_name}")
    return is_ours and isinstance(content, dict) and content.get("membership") in ENDS
