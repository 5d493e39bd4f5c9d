"""Ask a policy server whether it recommends an event.

Spec: https://spec.matrix.org/v1.19/server-server-api/#asking-for-a-policy-server-signature-on-an-event
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import ProtocolError, SignatureError
from federation.protocol.ids import ServerName
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.policy_server import KEY_ID, Policy, is_recommended
from federation.protocol.room_versions import RoomVersion
from federation.transport.limits import Limits

LIMITS: Final = Limits(timeout_s=10, max_bytes=64 * 1024)


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
