"""Take a transaction: EDUs are dealt with at once, PDUs are checked and staged, then it is answered.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1sendtxnid
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import structlog

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.handshakes.retract import take_retractions
from federation.inbound.access import is_denied
from federation.ports.rooms import Standing
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import InvalidIdentifier, ProtocolError
from federation.protocol.ids import EventId, RoomId, ServerName, parse_event_id, parse_room_id
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus

log = structlog.get_logger(__name__)

MAX_PDUS: Final = 50
MAX_EDUS: Final = 100
MAX_TXN_ID: Final = 255

MAX_WAITING: Final = 5_000
"""How many events of one server may wait; with more it is told to come back later."""

RETRY_AFTER_MS: Final = 30_000


async def receive_transaction(
    ctx: FederationContext, origin: ServerName, txn_id: str, body: JsonObject
) -> JsonObject:
    """Return the result of every PDU; a transaction that was answered before is answered the same.

    No PDU or EDU fails the others. Everything accepted is durable on return.

    Raises: FederationRefusal for what is not a transaction, and for a server that has too much waiting.
    """
    pdus, edus = _list(body, "pdus", MAX_PDUS), _list(body, "edus", MAX_EDUS)
    if len(txn_id) > MAX_TXN_ID:
        raise FederationRefusal(
            400, "M_INVALID_PARAM", f"A transaction id has at most {MAX_TXN_ID} characters"
        )
    return await ctx.inbound.receive_once(origin, txn_id, lambda: _receive(ctx, origin, txn_id, pdus, edus))


async def _receive(
    ctx: FederationContext,
    origin: ServerName,
    txn_id: str,
    pdus: Sequence[JsonValue],
    edus: Sequence[JsonValue],
) -> JsonObject:
    answered = await ctx.staging.answer_of(origin, txn_id)
    if answered is not None:
        return answered
    if pdus and await ctx.staging.waiting_of(origin) >= MAX_WAITING:
        extra = {"retry_after_ms": RETRY_AFTER_MS}
        raise FederationRefusal(429, "M_LIMIT_EXCEEDED", "Too many of your events wait here", extra)
    results: dict[str, JsonValue] = {}
    staged: dict[RoomId, Sequence[Pdu]] = {}
    for room_id, events in _by_room(pdus).items():
        if room_id is None:
            continue
        reason = await _why_not(ctx, origin, room_id)
        if reason is not None:
            await take_retractions(ctx, room_id, events)
            version = await ctx.rooms.version_of(room_id)
            results |= {event_id: {"error": reason} for event_id in _ids(version, events)}
        else:
            staged[room_id] = await _check(ctx, room_id, events, results)
    await _receive_edus(ctx, origin, edus)
    answer: JsonObject = {"pdus": results}
    await ctx.staging.stage(origin, txn_id, answer, {r: found for r, found in staged.items() if found})
    for room_id, found in staged.items():
        if not found:
            continue
        if await ctx.staging.is_ours(room_id):
            await ctx.inbound.wake(room_id, origin)
        else:
            ctx.staging.ask_others()
    return answer


async def _why_not(ctx: FederationContext, origin: ServerName, room_id: RoomId) -> str | None:
    """Return why a server may not send events to a room, None where it may."""
    if not await ctx.rooms.is_resident(room_id):
        return "This server is not in the room"
    if await is_denied(ctx, room_id, origin):
        return "Your server is denied access to this room"
    return None


async def _check(
    ctx: FederationContext, room_id: RoomId, events: Sequence[JsonValue], results: dict[str, JsonValue]
) -> list[Pdu]:
    """Return those PDUs of a room that have to be dealt with; note a result for each that can be named."""
    version = await ctx.rooms.version_of(room_id)
    assert version is not None, "a room that this server is in has a version"
    checked = await check_pdus(ctx.keyring, version, events, room_id)
    for refused in checked.refused:
        log.info("inbound.refused", room_id=room_id, event_id=refused.event_id, reason=refused.reason)
        ctx.inbound.count("refused")
        if refused.event_id is not None:
            results[refused.event_id] = {"error": refused.reason}
    results |= {pdu.event_id: {} for pdu in checked.pdus}
    standing = await ctx.rooms.standing(room_id, [pdu.event_id for pdu in checked.pdus])
    return [pdu for pdu in checked.pdus if standing.get(pdu.event_id, Standing.OUTLIER) is Standing.OUTLIER]


async def _receive_edus(ctx: FederationContext, origin: ServerName, edus: Sequence[JsonValue]) -> None:
    for edu in edus:
        if not isinstance(edu, dict):
            continue
        edu_type, content = edu.get("edu_type"), edu.get("content")
        if isinstance(edu_type, str) and isinstance(content, dict):
            await ctx.edus.receive_edu(origin, edu_type, content)


def _by_room(pdus: Sequence[JsonValue]) -> Mapping[RoomId | None, list[JsonValue]]:
    """Sort PDUs by the rooms that they name, None for those that name none."""
    rooms: dict[RoomId | None, list[JsonValue]] = {}
    for pdu in pdus:
        rooms.setdefault(_named_room(pdu), []).append(pdu)
    return rooms


def _named_room(pdu: JsonValue) -> RoomId | None:
    room_id = pdu.get("room_id") if isinstance(pdu, dict) else None
    try:
        return parse_room_id(room_id) if isinstance(room_id, str) else None
    except InvalidIdentifier:
        return None


def _ids(version: RoomVersion | None, events: Sequence[JsonValue]) -> list[EventId]:
    """Return the ids of those events that have one; where the room is not known, it has to stand in them."""
    found: list[EventId] = []
    for event in events:
        with suppress(ProtocolError):
            if isinstance(event, dict) and version is not None:
                found.append(parse_pdu(version, event).event_id)
            elif isinstance(event, dict) and "event_id" in event:
                found.append(parse_event_id(str(event["event_id"])))
    return found


def _list(body: JsonObject, key: str, most: int) -> list[JsonValue]:
    value = body.get(key, [])
    if not isinstance(value, list):
        raise FederationRefusal(400, "M_BAD_JSON", f"`{key}` is not a list")
    if len(value) > most:
        raise FederationRefusal(400, "M_BAD_JSON", f"`{key}` has more than {most} entries")
    return value
