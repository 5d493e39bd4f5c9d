"""The first three checks on PDUs from anywhere: format, signatures, content hash. They need no room.

Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from federation.protocol.canonical_json import JsonValue
from federation.protocol.errors import FormatError, ProtocolError, SignatureError
from federation.protocol.event_format import encode_event
from federation.protocol.event_signatures import required_signers
from federation.protocol.hashes import has_valid_content_hash
from federation.protocol.ids import EventId, RoomId
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.redaction import redact
from federation.protocol.room_versions import RoomVersion
from federation.protocol.signing import decode_base64, verify_signature
from federation.transport.keyring import KeyQuery, Keyring
from federation.transport.server_keys import is_key_id

MAX_SIGNATURES_PER_SERVER: Final = 5
# Some 2 ms of work: checking a PDU takes 0.2 to 0.3 ms, half of it the signature.
PDUS_PER_TURN: Final = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RefusedPdu:
    """A PDU to drop. `event_id` is None where it has no format that would tell."""

    event_id: EventId | None
    reason: str


@dataclass(frozen=True, slots=True)
class CheckedPdus:
    """`pdus` are in the order they came in; those whose hash was wrong are redacted."""

    pdus: list[Pdu]
    refused: list[RefusedPdu]


@dataclass(frozen=True, slots=True)
class _Signature:
    """One signature to check; one good one of each server that must sign is enough."""

    query: KeyQuery
    signature: str


async def check_pdus(
    keyring: Keyring, version: RoomVersion, events: Sequence[JsonValue], room_id: RoomId | None
) -> CheckedPdus:
    """Check the format, the signatures and the hash of events that came from anywhere.

    `room_id`, where given, is the room that they must belong to. A bad one never fails the others. The keys
    of all are looked for at once, and other work goes on in between.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu (1 to 3)
    """
    checked = CheckedPdus([], [])
    parsed: list[tuple[Pdu, list[list[_Signature]]]] = []
    async for event in _in_turns(events):
        try:
            pdu = _parse(version, event, room_id)
        except ProtocolError as error:
            checked.refused.append(RefusedPdu(None, str(error)))
            continue
        try:
            parsed.append((pdu, _signatures(version, pdu)))
        except SignatureError as error:
            checked.refused.append(RefusedPdu(pdu.event_id, str(error)))
    keys = await keyring.public_keys(_queries(signatures for _, signatures in parsed))
    async for pdu, signatures in _in_turns(parsed):
        try:
            _verify(version, pdu, signatures, keys)
            checked.pdus.append(_redact_if_changed(version, pdu))
        except ProtocolError as error:
            checked.refused.append(RefusedPdu(pdu.event_id, str(error)))
    return checked


async def _in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """Yield items, and let others have their turn now and then."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % PDUS_PER_TURN == 0:
            await asyncio.sleep(0)


def _parse(version: RoomVersion, event: JsonValue, room_id: RoomId | None) -> Pdu:
    if not isinstance(event, dict):
        raise FormatError("the event is not an object")
    return parse_pdu(version, event, room_id=room_id)


def _signatures(version: RoomVersion, pdu: Pdu) -> list[list[_Signature]]:
    """Return the signatures to check, those of each required server in a list."""
    signatures = pdu.json["signatures"]
    assert isinstance(signatures, dict), "the format was checked"
    valid_at_ms = max(0, pdu.origin_server_ts) if version.enforce_key_validity else 0
    required: list[list[_Signature]] = []
    for server in sorted(required_signers(version, pdu)):
        by_key = signatures.get(server)
        usable = [
            _Signature(KeyQuery(server, key_id, valid_at_ms), signature)
            for key_id, signature in (by_key.items() if isinstance(by_key, dict) else ())
            if is_key_id(key_id) and isinstance(signature, str)
        ]
        if not usable:
            raise SignatureError(f"{server} did not sign the event")
        required.append(usable[:MAX_SIGNATURES_PER_SERVER])
    return required


def _queries(signatures: Iterable[list[list[_Signature]]]) -> Iterator[KeyQuery]:
    for required in signatures:
        for usable in required:
            yield from (one.query for one in usable)


def _verify(
    version: RoomVersion, pdu: Pdu, required: list[list[_Signature]], keys: Mapping[KeyQuery, bytes]
) -> None:
    redacted = redact(version, pdu.json)
    redacted.pop("signatures", None)
    message = encode_event(version, redacted)
    for usable in required:
        _verify_one_of(message, usable, keys)


def _verify_one_of(message: bytes, usable: list[_Signature], keys: Mapping[KeyQuery, bytes]) -> None:
    server = usable[0].query.server
    refused = SignatureError(f"no key of {server} is known that was valid when it signed the event")
    for one in usable:
        if one.query not in keys:
            continue
        try:
            return verify_signature(message, decode_base64(one.signature), keys[one.query])
        except ValueError:
            refused = SignatureError(f"the signature of {server} with {one.query.key_id} does not match")
    raise refused


def _redact_if_changed(version: RoomVersion, pdu: Pdu) -> Pdu:
    if has_valid_content_hash(version, pdu.json):
        return pdu
    return parse_pdu(version, redact(version, pdu.json))
