"""Knocking on rooms: users of other servers on ours, our users on those of others.

Spec: https://spec.matrix.org/v1.19/server-server-api/#knocking-rooms
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.context import FederationContext
from federation.handshakes.access import version_of_room
from federation.handshakes.hand_over import hand_over
from federation.handshakes.sent_events import (
    SentEvent,
    check_is_own_membership,
    check_signatures,
    read_sent_event,
)
from federation.handshakes.stripped_state import read_stripped_state
from federation.handshakes.templates import LIMITS, MemberChange, ask_for_event
from federation.handshakes.try_servers import try_servers
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion


@dataclass(frozen=True, slots=True)
class RemoteKnock:
    """A knock that a resident server has taken, with what the user is shown of the room."""

    version: RoomVersion
    event: Pdu
    stripped_state: Sequence[JsonObject]
    via: ServerName


async def handle_send_knock(ctx: FederationContext, sent: SentEvent) -> Sequence[JsonObject]:
    """Take the knock of another server's user on a room of ours; return what the user is shown of it.

    Raises: FederationRefusal 400, 403, 404.
    """
    version = await version_of_room(ctx, sent.room_id, sent.origin)
    pdu = await read_sent_event(ctx, version, sent, "knock")
    check_is_own_membership(pdu)
    await check_signatures(ctx, version, pdu)
    await ctx.handshakes.accept(sent.room_id, pdu)
    return await ctx.handshakes.stripped_state(sent.room_id, None)


async def perform_knock(
    ctx: FederationContext, change: MemberChange, servers: Sequence[ServerName]
) -> RemoteKnock:
    """Have a user of ours knock on a room that this server is not in. Nothing is stored here.

    Raises: NobodyHelped.
    """

    async def knock_through(server: ServerName) -> RemoteKnock:
        version, own = await ask_for_event(ctx, server, change)
        answer = await hand_over(ctx, server, own, None, LIMITS)
        shown = read_stripped_state(answer.get("knock_room_state"))
        return RemoteKnock(version, own, shown, server)

    return await try_servers(servers, knock_through)
