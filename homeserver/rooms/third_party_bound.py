"""An identity server says that an address which was invited has an owner now.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv13pidonbind
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import structlog

from federation.protocol.ids import InvalidIdentifier, parse_room_id, parse_user_id, server_name_of
from homeserver.errors import Forbidden, MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.third_party_signed import invite_by_proof, read_proof

log = structlog.get_logger(__name__)


class BoundInvite(msgspec.Struct):
    """An invitation that waited for its address to be bound."""

    room_id: str
    sender: str
    signed: dict[str, Any]


async def take_bound_invites(ctx: RoomsContext, invites: Iterable[BoundInvite]) -> None:
    """Invite the owner of the address into each room, in the name of who invited the address.

    One that cannot be taken does not hold up the others; why it cannot is only logged, since whoever calls
    has proved nothing.

    Raises: Forbidden where any was not taken.
    """
    taken = [await _take(ctx, invite) for invite in invites]
    if not all(taken):
        raise Forbidden("Not every invitation could be taken")


async def _take(ctx: RoomsContext, invite: BoundInvite) -> bool:
    try:
        proof = read_proof(invite.signed, invite.sender)
        target = parse_user_id(proof.mxid)
        if server_name_of(target) != ctx.server_name:
            raise Forbidden("The user is of another server")
        await invite_by_proof(ctx, parse_room_id(invite.room_id), target, proof)
    except (MatrixError, InvalidIdentifier) as error:
        log.info("bound_invite_refused", room_id=invite.room_id[:255], reason=str(error)[:500])
        return False
    return True
