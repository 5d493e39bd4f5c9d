"""Policy servers: who recommends a room's events for inclusion, and whether they have.

Spec: https://spec.matrix.org/v1.19/server-server-api/#policy-servers
"""

from dataclasses import dataclass
from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.protocol.auth_events import StateKey
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import InvalidIdentifier, ProtocolError, SignatureError
from federation.protocol.event_signatures import check_event_signature
from federation.protocol.ids import ServerName, parse_server_name
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.room_versions import RoomVersion
from federation.protocol.signing import decode_base64
from federation.transport.limits import Limits

POLICY: Final[StateKey] = ("m.room.policy", "")
KEY_ID: Final = "ed25519:policy_server"
LIMITS: Final = Limits(timeout_s=10, max_bytes=64 * 1024, ignore_back_off=True)


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


async def ask_policy_server(ctx: FederationContext, version: RoomVersion, pdu: Pdu, policy: Policy) -> Pdu:
    """Return the event with the policy server's signature.

    Raises: PeerRefused where it does not recommend the event, and other kinds of PeerFailed.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#asking-for-a-policy-server-signature-on-an-event
    """
    answer = await ctx.client.post(policy.server, "/_matrix/policy/v1/sign", pdu.json, limits=LIMITS)
    of_server = answer.get(policy.server)
    signature = of_server.get(KEY_ID) if isinstance(of_server, dict) else None
    try:
        signed = parse_pdu(version, _with_signature(pdu, policy.server, signature))
    except ProtocolError as error:
        raise PeerAnsweredBadly(policy.server, f"a signature that cannot be used: {error}") from error
    if not is_recommended(version, signed, policy):
        raise PeerAnsweredBadly(policy.server, "its signature is not by the key that the room names")
    return signed


def _with_signature(pdu: Pdu, server: ServerName, signature: object) -> JsonObject:
    """Return an event with a signature beside those it has, also those of the same server."""
    if not isinstance(signature, str):
        raise SignatureError("there is none")
    present = pdu.json.get("signatures")
    signatures = present if isinstance(present, dict) else {}
    of_server = signatures.get(server)
    kept = of_server if isinstance(of_server, dict) else {}
    return {**pdu.json, "signatures": {**signatures, server: {**kept, KEY_ID: signature}}}
