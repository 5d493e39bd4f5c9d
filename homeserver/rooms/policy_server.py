"""Events of rooms that have a policy server: whether it recommends them.

Spec: https://spec.matrix.org/v1.19/server-server-api/#policy-servers
"""

import structlog

from federation.protocol.pdu import Pdu
from federation.protocol.policy_server import POLICY, Policy, is_exempt, is_recommended, read_policy
from homeserver.errors import MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_state import current_event
from homeserver.storage.room_servers import is_in_room
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)


async def policy_of(ctx: RoomsContext, room: Room) -> Policy | None:
    """Return the policy server of a room, None where it has none that is in the room.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#determining-if-a-policy-server-is-enabled-in-a-room
    """
    event = await current_event(ctx, room, POLICY)
    policy = None if event is None else read_policy(event.content)
    if policy is None:
        return None
    async with ctx.db.acquire() as conn:
        return policy if await is_in_room(conn, room.nid, policy.server) else None


async def sign_by_policy(ctx: RoomsContext, room: Room, event: Pdu) -> Pdu:
    """Return an event as it may be sent: signed by the room's policy server, where it has one.

    Raises: MatrixError, the policy server's own where it does not recommend the event.
    """
    policy = await _policy_to_ask(ctx, room, event)
    return event if policy is None else await ctx.gateway.rooms.sign_by_policy(room, event, policy)


async def judge_by_policy(ctx: RoomsContext, room: Room, event: Pdu) -> tuple[Pdu, str]:
    """Return a received event, signed if it could be, with the objection to it; empty where there is none."""
    policy = await _policy_to_ask(ctx, room, event)
    if policy is None:
        return event, ""
    try:
        return await ctx.gateway.rooms.sign_by_policy(room, event, policy), ""
    except MatrixError as error:
        log.info(
            "policy.not_recommended", room_id=room.room_id, event_id=event.event_id, reason=error.message
        )
        return event, f"the room's policy server does not recommend it: {error.message}"


async def _policy_to_ask(ctx: RoomsContext, room: Room, event: Pdu) -> Policy | None:
    """Return the policy server whose signature an event lacks."""
    policy = None if is_exempt(event.type, event.state_key) else await policy_of(ctx, room)
    return None if policy is None or is_recommended(room.version, event, policy) else policy
