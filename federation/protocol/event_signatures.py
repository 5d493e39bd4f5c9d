"""Signatures of events: which servers must have signed one, and whether they have.

Spec: https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
"""

from __future__ import annotations

from typing import Final

from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import InvalidIdentifier, SignatureError
from federation.protocol.ids import ServerName, parse_user_id, server_name_of
from federation.protocol.pdu import Pdu
from federation.protocol.redaction import redact
from federation.protocol.room_versions import RoomVersion
from federation.protocol.signing import SigningKey, sign_json, verify_json

_AUTHORISING_USER: Final = "join_authorised_via_users_server"


def required_signers(version: RoomVersion, pdu: Pdu) -> set[ServerName]:
    """Return the servers that must have signed the event, with a key valid at its time.

    Empty for an invite through a third-party identifier, which the rules check by other signatures.

    Raises: SignatureError when a server that must have signed cannot be told.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
    """
    signers: set[ServerName] = set()
    try:
        if not _is_third_party_invite(pdu):
            signers.add(server_name_of(pdu.sender))
        if version.signed_by_event_id_domain:
            signers.add(server_name_of(pdu.event_id))
        if version.restricted_joins and pdu.type == "m.room.member" and _AUTHORISING_USER in pdu.content:
            # Rule 5.2 of the authorization rules.
            authorising_user = pdu.content[_AUTHORISING_USER]
            valid = parse_user_id(authorising_user if isinstance(authorising_user, str) else "")
            signers.add(server_name_of(valid))
    except InvalidIdentifier as error:
        raise SignatureError(f"nobody could have signed the event: {error}") from error
    return signers


def check_event_signature(
    version: RoomVersion, event_json: JsonObject, server_name: str, key_id: str, public_key: bytes
) -> None:
    """Check a server's signature of an event, which covers what redaction keeps.

    Raises: SignatureError.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#validating-hashes-and-signatures-on-received-events
    """
    strict = version.strict_canonical_json
    verify_json(redact(version, event_json), server_name, key_id, public_key, strict_numbers=strict)


def add_event_signature(
    version: RoomVersion, event_json: JsonObject, server_name: ServerName, key: SigningKey
) -> JsonObject:
    """Return an event built by another server with our signature added, for invites and restricted joins.

    Signs whatever it is given: the caller must have checked that it is what we mean to sign.

    Raises: CanonicalJsonError, SignatureError.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#restricted-rooms
    """
    strict = version.strict_canonical_json
    signed = sign_json(redact(version, event_json), server_name, key, strict_numbers=strict)
    return {**event_json, "signatures": signed["signatures"]}


def _is_third_party_invite(pdu: Pdu) -> bool:
    return (
        pdu.type == "m.room.member"
        and pdu.content.get("membership") == "invite"
        and "third_party_invite" in pdu.content
    )
