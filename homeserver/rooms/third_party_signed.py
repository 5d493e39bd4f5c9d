"""Turn an invitation of an address into one of the user who proved to own it.

Spec: https://spec.matrix.org/v1.19/client-server-api/#third-party-invites
"""

from dataclasses import dataclass

import msgspec

from federation.protocol.auth_rules_third_party import keys_that_signed
from federation.protocol.ids import RoomId, ServerName, UserId, parse_user_id, server_name_of
from federation.protocol.pdu import Pdu
from homeserver.accounts.requester import Requester
from homeserver.errors import BadJson, Forbidden, NotFound
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.identity_server import is_key_valid
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.room_state import current_event
from homeserver.rooms.send import known_room
from homeserver.rooms.send_invite import send_invite
from homeserver.storage.rooms import Room


class Signed(msgspec.Struct):
    """What is looked at of a signed object."""

    mxid: str
    token: str
    signatures: dict[str, dict[str, str]]
    sender: str = ""


@dataclass(frozen=True, slots=True)
class ThirdPartyProof:
    """An identity server's word that a user owns the address that somebody invited.

    `signed` is kept as it came: the signatures are over all of it.
    """

    sender: str
    mxid: str
    token: str
    signed: JsonObject


def read_proof(signed: JsonObject, sender: str | None = None) -> ThirdPartyProof:
    """Read a signed object; who invited the address is named in it, or beside it.

    Raises: BadJson.
    """
    try:
        found = msgspec.convert(signed, Signed)
    except msgspec.ValidationError as error:
        raise BadJson(f"The signed object: {error}") from error
    return ThirdPartyProof(found.sender if sender is None else sender, found.mxid, found.token, signed)


async def accept_third_party_invite(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, proof: ThirdPartyProof
) -> ServerName:
    """Invite the requester in the name of who invited their address, and return the server of that user.

    Raises: as `exchange_third_party_invite`, and what another server refuses with.
    """
    if proof.mxid != requester.user_id:
        raise Forbidden("This invitation was signed for another user")
    return await invite_by_proof(ctx, room_id, requester.user_id, proof)


async def invite_by_proof(
    ctx: RoomsContext, room_id: RoomId, target: UserId, proof: ThirdPartyProof
) -> ServerName:
    """Invite a user of this server in the name of who invited their address, whoever's user that is.

    Raises: as `exchange_third_party_invite`, and what another server refuses with.
    """
    sender = parse_user_id(proof.sender)
    server = server_name_of(sender)
    if server == ctx.server_name:
        await exchange_third_party_invite(ctx, await known_room(ctx, room_id), target, proof)
    else:
        await ctx.gateway.rooms.exchange_third_party_invite(room_id, sender, target, {"signed": proof.signed})
    return server


async def exchange_third_party_invite(
    ctx: RoomsContext, room: Room, target: UserId, proof: ThirdPartyProof
) -> None:
    """Turn the invitation of an address into one of the user who proves to own it.

    The authorization rules check the signatures against the keys in the room's `m.room.third_party_invite`.

    Raises: Forbidden where the proof is another user's, no such invitation is pending, or the keys that
    signed it are revoked; NotFound where the inviting user is of another server.
    """
    if proof.mxid != target:
        raise Forbidden("This invitation was signed for another user")
    sender = parse_user_id(proof.sender)
    if server_name_of(sender) != ctx.server_name:
        raise NotFound("The inviting user is of another server")
    pending = await current_event(ctx, room, ("m.room.third_party_invite", proof.token))
    if pending is None or pending.sender != sender:
        raise Forbidden("No such invitation is pending in the room")
    await _check_keys(ctx, proof, pending)
    await _invite(ctx, room, sender, target, pending.content.get("display_name"), proof)


async def _check_keys(ctx: RoomsContext, proof: ThirdPartyProof, pending: Pdu) -> None:
    """Refuse what only revoked keys have signed. A key without a place to ask is valid for ever."""
    for entry in keys_that_signed(proof.signed, dict(pending.content)):
        validity_url, public_key = entry.get("key_validity_url"), entry["public_key"]
        if not isinstance(validity_url, str):
            return
        if await is_key_valid(ctx.outgoing, validity_url, str(public_key)):
            return
    raise Forbidden("No key that is still valid has signed this invitation")


async def _invite(
    ctx: RoomsContext,
    room: Room,
    sender: UserId,
    target: UserId,
    display_name: object,
    proof: ThirdPartyProof,
) -> None:
    invitation: JsonObject = {"signed": proof.signed}
    if isinstance(display_name, str):
        invitation["display_name"] = display_name
    content = {**await member_profile(ctx, target), "membership": "invite", "third_party_invite": invitation}
    await send_invite(ctx, room, sender, target, content)
