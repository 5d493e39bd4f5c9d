"""Member events that are handed over for good: those sent to us, and those that we send.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_joinroomideventid
"""

from dataclasses import dataclass
from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.handshakes.access import check_origin
from federation.handshakes.signed_by import check_signed_by
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import ProtocolError, SignatureError
from federation.protocol.event_signatures import add_event_signature
from federation.protocol.hashes import has_valid_content_hash
from federation.protocol.ids import EventId, RoomId, ServerName, server_name_of
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus

INVALID: Final = "M_INVALID_PARAM"


@dataclass(frozen=True, slots=True)
class SentEvent:
    """A member event that another server hands to us, with what its path says of it."""

    origin: ServerName
    room_id: RoomId
    event_id: EventId
    event: JsonObject


def read_sent_event(version: RoomVersion, sent: SentEvent, membership: str) -> Pdu:
    """Read an event and check that it is the membership that it should be, of a user of its origin.

    Its signatures are still to be checked.

    Raises: FederationRefusal 400 M_INVALID_PARAM, 403 M_FORBIDDEN.
    """
    try:
        pdu = parse_pdu(version, sent.event, room_id=sent.room_id)
        has_hash = has_valid_content_hash(version, pdu.json)
    except ProtocolError as error:
        raise FederationRefusal(400, INVALID, f"The event: {error}") from error
    if pdu.event_id != sent.event_id:
        raise FederationRefusal(400, INVALID, "The event is not the one that the path names")
    if not has_hash:
        raise FederationRefusal(400, INVALID, "The event's content hash is wrong")
    if pdu.type != "m.room.member" or pdu.content.get("membership") != membership:
        raise FederationRefusal(400, INVALID, f"The event is not a membership of `{membership}`")
    check_origin(sent.origin, pdu.sender)
    return pdu


def check_is_own_membership(pdu: Pdu) -> None:
    """Refuse a membership of somebody else than the sender. Raises FederationRefusal M_INVALID_PARAM."""
    if pdu.state_key != pdu.sender:
        raise FederationRefusal(400, INVALID, "The state key is not the sender")


async def check_signatures(ctx: FederationContext, version: RoomVersion, pdu: Pdu) -> None:
    """Refuse an event that its sender's server, and who else has to, has not signed.

    Raises: FederationRefusal M_INVALID_PARAM.
    """
    checked = await check_pdus(ctx.keyring, version, [pdu.json], pdu.room_id)
    if checked.refused:
        raise FederationRefusal(400, INVALID, f"The event: {checked.refused[0].reason}")
    try:
        await check_signed_by(ctx, version, pdu.json, server_name_of(pdu.sender))
    except SignatureError as error:
        raise FederationRefusal(400, INVALID, f"The event: {error}") from error


def countersign(ctx: FederationContext, version: RoomVersion, pdu: Pdu) -> Pdu:
    """Return an event of another server with our signature. What it says has been checked by the caller.

    Raises: FederationRefusal M_INVALID_PARAM where its signatures are no object of objects.
    """
    try:
        signed = add_event_signature(version, pdu.json, ctx.server_name, ctx.signing_key)
        return parse_pdu(version, signed)
    except ProtocolError as error:
        raise FederationRefusal(400, INVALID, f"The event: {error}") from error
