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
from federation.protocol.errors import FormatError, ProtocolError, SignatureError
from federation.protocol.event_format import check_json
from federation.protocol.event_signatures import add_event_signature
from federation.protocol.hashes import has_valid_content_hash
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus

INVALID: Final = "M_INVALID_PARAM"
FORBIDDEN: Final = "M_FORBIDDEN"


@dataclass(frozen=True, slots=True)
class SentEvent:
    """A member event that another server hands to us, with what its path says of it."""

    origin: ServerName
    room_id: RoomId
    event_id: EventId
    event: JsonObject


async def read_sent_event(
    ctx: FederationContext, version: RoomVersion, sent: SentEvent, membership: str
) -> Pdu:
    """Read an event and check that it is the membership that it should be, of a user of its origin.

    The signature of its origin is checked before anything that it says, those of others not yet.

    Raises: FederationRefusal 400 M_BAD_JSON, 400 M_INVALID_PARAM, 403 M_FORBIDDEN.
    """
    await _check_origin_signed(ctx, version, sent)
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
    """Refuse an event, well formed, that somebody has not signed who has to.

    Raises: FederationRefusal 403 M_FORBIDDEN.
    """
    checked = await check_pdus(ctx.keyring, version, [pdu.json], pdu.room_id)
    if checked.refused:
        raise FederationRefusal(403, FORBIDDEN, f"The event: {checked.refused[0].reason}")


def countersign(ctx: FederationContext, version: RoomVersion, pdu: Pdu) -> Pdu:
    """Return an event of another server with our signature. What it says has been checked by the caller.

    Raises: FederationRefusal M_INVALID_PARAM where its signatures are no object of objects.
    """
    try:
        signed = add_event_signature(version, pdu.json, ctx.server_name, ctx.signing_key)
        return parse_pdu(version, signed)
    except ProtocolError as error:
        raise FederationRefusal(400, INVALID, f"The event: {error}") from error


async def _check_origin_signed(ctx: FederationContext, version: RoomVersion, sent: SentEvent) -> None:
    try:
        check_json(version, sent.event)
    except FormatError as error:
        raise FederationRefusal(400, "M_BAD_JSON", f"The event: {error}") from error
    try:
        await check_signed_by(ctx, version, sent.event, sent.origin)
    except SignatureError as error:
        raise FederationRefusal(403, FORBIDDEN, f"The event: {error}") from error
