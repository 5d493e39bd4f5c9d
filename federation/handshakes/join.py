"""Joining rooms: of ours by users of other servers, of others by our users.

Spec: https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
"""

from collections.abc import Sequence
from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.handshakes.access import version_of_room
from federation.handshakes.hand_over import hand_over
from federation.handshakes.join_answers import RemoteJoin, check_join_answer
from federation.handshakes.sent_events import (
    SentEvent,
    check_is_own_membership,
    check_signatures,
    countersign,
    read_sent_event,
)
from federation.handshakes.templates import AUTHORISING_USER, MemberChange, ask_for_event
from federation.handshakes.try_servers import try_servers
from federation.ports.handshakes import JoinState
from federation.protocol.ids import InvalidIdentifier, ServerName, parse_user_id, server_name_of
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from federation.transport.limits import Limits

SEND_LIMITS: Final = Limits(timeout_s=180, max_bytes=256 * 1024 * 1024, ignore_back_off=True)
"""Servers that cannot omit members send them all."""


async def handle_send_join(
    ctx: FederationContext, sent: SentEvent, *, omit_members: bool
) -> tuple[Pdu, JoinState]:
    """Take a join of another server's user into a room of ours; return it with the state before it.

    Raises: FederationRefusal 400, 403, 404, and what restricted joins refuse with.
    """
    version = await version_of_room(ctx, sent.room_id, sent.origin)
    pdu = await read_sent_event(ctx, version, sent, "join")
    check_is_own_membership(pdu)
    if _is_authorised_here(ctx, version, pdu):
        await ctx.handshakes.authorising_user(sent.room_id, pdu.sender)
        pdu = countersign(ctx, version, pdu)
    await check_signatures(ctx, version, pdu)
    await ctx.handshakes.accept(sent.room_id, pdu)
    return pdu, await ctx.handshakes.join_state(sent.room_id, pdu, omit_members=omit_members)


def _is_authorised_here(ctx: FederationContext, version: RoomVersion, pdu: Pdu) -> bool:
    """Whether the join names a user of ours who lets the new member in, so that we have to sign it."""
    if not version.restricted_joins or AUTHORISING_USER not in pdu.content:
        return False
    try:
        return server_name_of(parse_user_id(str(pdu.content[AUTHORISING_USER]))) == ctx.server_name
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", f"{AUTHORISING_USER}: {error}") from error


async def perform_join(
    ctx: FederationContext, change: MemberChange, servers: Sequence[ServerName]
) -> RemoteJoin:
    """Have a user of ours join a room through the first server that helps.

    Nothing is stored here. Raises: NobodyHelped.
    """

    async def join_through(server: ServerName) -> RemoteJoin:
        version, own = await ask_for_event(ctx, server, change)
        answer = await hand_over(ctx, server, own, {"omit_members": True}, SEND_LIMITS)
        return await check_join_answer(ctx, server, version, own, answer)

    return await try_servers(servers, join_through)
