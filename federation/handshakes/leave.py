"""Leaving rooms: rejecting invites and taking back knocks across servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#leaving-rooms-rejecting-invites
"""

from collections.abc import Sequence

from federation.context import FederationContext
from federation.handshakes.access import version_of_room
from federation.handshakes.hand_over import hand_over
from federation.handshakes.sent_events import (
    SentEvent,
    check_is_own_membership,
    check_signatures,
    read_sent_event,
)
from federation.handshakes.templates import LIMITS, MemberChange, ask_for_event
from federation.handshakes.try_servers import try_servers
from federation.protocol.ids import ServerName
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion


async def handle_send_leave(ctx: FederationContext, sent: SentEvent) -> None:
    """Take the leave of another server's user into a room of ours.

    Raises: FederationRefusal 400, 403, 404.
    """
    version = await version_of_room(ctx, sent.room_id, sent.origin)
    pdu = await read_sent_event(ctx, version, sent, "leave")
    check_is_own_membership(pdu)
    await check_signatures(ctx, version, pdu)
    await ctx.handshakes.accept(sent.room_id, pdu)


async def perform_leave(
    ctx: FederationContext, change: MemberChange, servers: Sequence[ServerName]
) -> tuple[RoomVersion, Pdu]:
    """Have a user of ours leave a room that this server is not in. Nothing is stored here.

    Raises: NobodyHelped.
    """

    async def leave_through(server: ServerName) -> tuple[RoomVersion, Pdu]:
        version, own = await ask_for_event(ctx, server, change)
        await hand_over(ctx, server, own, None, LIMITS)
        return version, own

    return await try_servers(servers, leave_through)
