"""What a server signs of its requests, and the header that carries the signature.

Spec: https://spec.matrix.org/v1.19/server-server-api/#request-authentication
"""

from federation.protocol.canonical_json import (
    CanonicalJsonError,
    JsonValue,
    check_canonical_json,
    encode_canonical_fast,
    encode_canonical_json,
)
from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey, encode_base64


def authorization_header(
    key: SigningKey,
    method: str,
    target: str,
    origin: ServerName,
    destination: ServerName,
    content: bytes | None,
) -> str:
    """Return the Authorization header of a request of ours. `content` is the body as canonical JSON."""
    signature = key.sign(signed_bytes(method, target, origin, destination, content))
    return (
        f'X-Matrix origin="{origin}",destination="{destination}",'
        f'key="{key.key_id}",sig="{encode_base64(signature)}"'
    )


def signed_bytes(
    method: str, target: str, origin: ServerName, destination: str | None, content: bytes | None
) -> bytes:
    """Return the canonical JSON that is signed, around a body that is encoded already."""
    rest = {"method": method, "origin": origin, "uri": target}
    if destination is not None:
        rest["destination"] = destination
    encoded = encode_content(dict(rest))
    if content is None:
        return encoded
    return b'{"content":' + content + b"," + encoded[1:]  # "content" sorts before all others


def encode_content(content: JsonValue) -> bytes:
    """Encode a body as canonical JSON. Events of room versions 1 to 5 may hold numbers that are none.

    Raises: CanonicalJsonError.
    """
    try:
        check_canonical_json(content)
    except CanonicalJsonError:
        return encode_canonical_json(content, strict_numbers=False)
    return encode_canonical_fast(content)
