"""An identity server says that an address which was invited has an owner now.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv13pidonbind
"""

import msgspec
import structlog

from federation.protocol.ids import InvalidIdentifier, parse_room_id, parse_user_id, server_name_of
from homeserver.errors import MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.third_party_signed import ThirdPartySigned, exchange_third_party_invite

log = structlog.get_logger(__name__)


class Signed(msgspec.Struct):
    """What the identity server has signed."""

    mxid: str
    token: str
    signatures: dict[str, dict[str, str]]


class BoundInvite(msgspec.Struct):
    """An invitation that waited for its address to be bound."""

    room_id: str
    sender: str
    signed: Signed


async def take_bound_invite(ctx: RoomsContext, invite: BoundInvite) -> None:
    """Invite the owner of the address, in the name of who invited the address.

    What cannot be taken is logged and left: the identity server could do nothing about it, and whoever calls
    has proved nothing yet, so is told nothing.
    """
    try:
        room = await ctx.names.room(parse_room_id(invite.room_id))
        target = parse_user_id(invite.signed.mxid)
        if room is None or server_name_of(target) != ctx.server_name:
            return
        signed = invite.signed
        proof = ThirdPartySigned(invite.sender, signed.mxid, signed.token, signed.signatures)
        await exchange_third_party_invite(ctx, room, target, proof)
    except (MatrixError, InvalidIdentifier) as error:
        log.info("bound_invite_refused", room_id=invite.room_id[:255], reason=str(error)[:500])
