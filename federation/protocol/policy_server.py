"""Policy servers: who recommends a room's events for inclusion, and whether they have.

Spec: https://spec.matrix.org/v1.19/server-server-api/#policy-servers
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from federation.protocol.auth_events import StateKey
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import InvalidIdentifier, SignatureError
from federation.protocol.event_signatures import check_event_signature
from federation.protocol.ids import ServerName, parse_server_name
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from federation.protocol.signing import decode_base64

POLICY: Final[StateKey] = ("m.room.policy", "")
KEY_ID: Final = "ed25519:policy_server"


@dataclass(frozen=True, slots=True)
class Policy:
    """A room's policy server, if it has a user in the room, and the key that it signs with."""

    server: ServerName
    public_key: bytes


def read_policy(content: JsonObject) -> Policy | None:
    """Read the content of an `m.room.policy` event, None where it names no policy server.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#determining-if-a-policy-server-is-enabled-in-a-room
    """
    via, keys = content.get("via"), content.get("public_keys")
    key = keys.get("ed25519") if isinstance(keys, dict) else None
    if not isinstance(via, str) or not isinstance(key, str):
        return None
    try:
        return Policy(parse_server_name(via), decode_base64(key))
    except (InvalidIdentifier, ValueError):
        return None


def is_exempt(pdu_type: str, state_key: str | None) -> bool:
    """Whether an event of this kind is never shown to policy servers, so that a room can get rid of one."""
    return (pdu_type, state_key) == POLICY


def is_recommended(version: RoomVersion, pdu: Pdu, policy: Policy) -> bool:
    """Tell whether an event bears a policy server's valid signature.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#validating-policy-server-signatures
    """
    try:
        check_event_signature(version, pdu.json, policy.server, KEY_ID, policy.public_key)
    except SignatureError:
        return False
    return True
