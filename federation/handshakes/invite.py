"""Inviting: users of ours by other servers, users of others by ours.

Spec: https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
"""

from collections.abc import Sequence
from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal, PeerAnsweredBadly, PeerRefused
from federation.handshakes.access import check_server_acl
from federation.handshakes.hand_over import in_old_answer
from federation.handshakes.sent_events import SentEvent, check_signatures, countersign, read_sent_event
from federation.handshakes.signed_by import check_signed_by
from federation.handshakes.stripped_state import check_invite_state
from federation.ports.handshakes import Invite
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import ProtocolError
from federation.protocol.ids import InvalidIdentifier, ServerName, UserId, parse_user_id, server_name_of
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.transport.limits import Limits
from federation.transport.paths import fill

LIMITS: Final = Limits(timeout_s=30, max_bytes=256 * 1024, ignore_back_off=True)
OLD_VERSIONS: Final = ("1", "2")


async def handle_invite(
    ctx: FederationContext, sent: SentEvent, version_name: JsonValue, invite_state: JsonValue
) -> Pdu:
    """Take an invite of a user of ours, and return it with our signature.

    We sign nothing but an invite of a user of ours that is the event in the path (CVE-2025-68667).

    Raises: FederationRefusal 400, 403, 404, 400 M_INCOMPATIBLE_ROOM_VERSION.
    """
    version = _known_version(version_name)
    pdu = await read_sent_event(ctx, version, sent, "invite")
    invited = _own_user(ctx, pdu)
    is_resident = await ctx.rooms.is_resident(sent.room_id)
    if is_resident:
        await check_server_acl(ctx, sent.room_id, sent.origin)
    await ctx.handshakes.check_may_be_invited(invited, pdu.sender)
    await check_signatures(ctx, version, pdu)
    shown = await check_invite_state(ctx, version, sent.room_id, invite_state)
    signed = countersign(ctx, version, pdu)
    if not is_resident:
        await ctx.handshakes.store_invite(Invite(version, signed, shown, sent.origin))
    return signed


def _known_version(name: JsonValue) -> RoomVersion:
    version = ROOM_VERSIONS.get(name) if isinstance(name, str) else None
    if version is None:
        extra = {"room_version": name} if isinstance(name, str) else {}
        raise FederationRefusal(
            400, "M_INCOMPATIBLE_ROOM_VERSION", "This server does not know the room's version", extra
        )
    return version


def _own_user(ctx: FederationContext, pdu: Pdu) -> UserId:
    try:
        invited = parse_user_id(pdu.state_key or "")
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", f"The state key: {error}") from error
    if server_name_of(invited) != ctx.server_name:
        raise FederationRefusal(400, "M_INVALID_PARAM", "The invited user is not of this server")
    return invited


async def perform_invite(
    ctx: FederationContext, version: RoomVersion, invite: Pdu, invite_state: Sequence[JsonObject]
) -> Pdu:
    """Have the invited user's server sign an invite of ours; return it with both signatures.

    Raises: PeerFailed.
    """
    server = server_name_of(invite.state_key or "")
    answered = await _ask(ctx, server, version, invite, list(invite_state))
    if not isinstance(answered, dict):
        raise PeerAnsweredBadly(server, "the answer is not an event")
    try:
        # The signature is over our event: whatever else was answered does not matter.
        signed = {**invite.json, "signatures": _with_signatures_of(server, invite, answered)}
        await check_signed_by(ctx, version, signed, server)
        return parse_pdu(version, signed)
    except ProtocolError as error:
        raise PeerAnsweredBadly(server, f"the answer is not our invite, signed: {error}") from error


def _with_signatures_of(server: ServerName, invite: Pdu, answered: JsonObject) -> JsonObject:
    """Return our signatures, and the server's of an answer."""
    ours, theirs = invite.json["signatures"], answered.get("signatures")
    assert isinstance(ours, dict)
    return {**ours, server: theirs.get(server, {}) if isinstance(theirs, dict) else {}}


async def _ask(
    ctx: FederationContext, server: ServerName, version: RoomVersion, invite: Pdu, state: list[JsonValue]
) -> JsonValue:
    body: JsonObject = {"room_version": version.identifier, "event": invite.json, "invite_room_state": state}
    path = fill("/_matrix/federation/v2/invite/{}/{}", invite.room_id, invite.event_id)
    try:
        return (await ctx.client.put(server, path, body, limits=LIMITS)).get("event")
    except PeerRefused as refusal:
        if refusal.status not in (400, 404) or version.identifier not in OLD_VERSIONS:
            raise
    old_body: JsonObject = {**invite.json, "unsigned": {"invite_room_state": state}}
    old_path = fill("/_matrix/federation/v1/invite/{}/{}", invite.room_id, invite.event_id)
    answer = in_old_answer(server, await ctx.client.put_any(server, old_path, old_body, limits=LIMITS))
    return answer.get("event")
