"""Whether one certain server has signed an event."""

from federation.context import FederationContext
from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import SignatureError
from federation.protocol.event_signatures import check_event_signature
from federation.protocol.ids import ServerName
from federation.protocol.room_versions import RoomVersion
from federation.transport.keyring import KeyUnknown

MAX_SIGNATURES = 5


async def check_signed_by(
    ctx: FederationContext, version: RoomVersion, event_json: JsonObject, server: ServerName
) -> None:
    """Check that a server has signed an event with a key that it has now. One good signature is enough.

    Raises: SignatureError.
    """
    signatures = event_json.get("signatures")
    of_server = signatures.get(server) if isinstance(signatures, dict) else None
    for key_id in list(of_server)[:MAX_SIGNATURES] if isinstance(of_server, dict) else ():
        try:
            key = await ctx.keyring.public_key(server, key_id, valid_at_ms=ctx.now_ms())
            check_event_signature(version, event_json, server, key_id, key)
        except (KeyUnknown, SignatureError):
            continue
        return
    raise SignatureError(f"no valid signature of {server}")
