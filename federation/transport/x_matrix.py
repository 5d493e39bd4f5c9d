"""X-Matrix: how we know which server is asking.

Spec: https://spec.matrix.org/v1.19/server-server-api/#request-authentication
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonValue
from federation.protocol.errors import CanonicalJsonError, InvalidIdentifier, SignatureError
from federation.protocol.ids import ServerName, parse_server_name
from federation.protocol.signing import decode_base64, verify_signature
from federation.transport.keyring import Keyring, KeyUnknown
from federation.transport.signed_requests import encode_content, signed_bytes

MAX_HEADERS: Final = 4

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Older servers leave values without quotes that should have them.
_PARAMETER = re.compile(rf'({_TOKEN})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))')
_COMMA = re.compile(r"[ \t]*(?:,[ \t]*)+")
_SCHEME = re.compile(r"x-matrix +", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What one Authorization header says. Older servers leave out the destination."""

    origin: ServerName
    destination: str | None
    key_id: str
    signature: bytes


async def authenticate(
    keyring: Keyring,
    server_name: ServerName,
    *,
    method: str,
    target: str,
    authorization: Sequence[str],
    content: JsonValue,
) -> ServerName:
    """Return the server that signed a request to us.

    `target` is the path with its query as it was sent, `content` the decoded body, None where there is none.
    One of the signatures has to be right.

    Raises: FederationRefusal 401; 400 for a header that cannot be read; 403 for a server that the
    configuration keeps away.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#request-authentication
    """
    credentials = [parse_authorization(header) for header in authorization[:MAX_HEADERS] if _is_ours(header)]
    if not credentials:
        raise _refusal("The request is not signed")
    origin = _check_names(credentials, server_name)
    if not keyring.permit(origin):
        raise FederationRefusal(403, "M_FORBIDDEN", "This server does not talk with yours")
    refused = _refusal("The signature does not match")
    body = None if content is None else encode_content(content)
    for one in credentials:
        try:
            message = signed_bytes(method, target, origin, one.destination, body)
            key = await keyring.public_key(origin, one.key_id, valid_at_ms=keyring.now_ms())
            verify_signature(message, one.signature, key)
        except KeyUnknown as error:
            refused = _refusal(f"The key {one.key_id[:100]} of {origin} is not known: {error.reason}")
        except (SignatureError, CanonicalJsonError):
            continue
        else:
            return origin
    raise refused


def parse_authorization(header: str) -> Credentials:
    """Read an X-Matrix Authorization header. Raises FederationRefusal 400."""
    scheme = _SCHEME.match(header)
    values = _parameters(header, scheme.end()) if scheme else {}
    try:
        origin = parse_server_name(values.get("origin", ""))
        signature = decode_base64(values["sig"])
        return Credentials(origin, values.get("destination"), values["key"], signature)
    except (InvalidIdentifier, KeyError, ValueError) as error:
        raise _malformed("The Authorization header has no origin, key and sig") from error


def _is_ours(header: str) -> bool:
    return _SCHEME.match(header) is not None


def _check_names(credentials: Sequence[Credentials], server_name: ServerName) -> ServerName:
    origins = {one.origin for one in credentials}
    if len(origins) > 1:
        raise _refusal("The request is signed in the name of several servers")
    if any(one.destination not in (None, server_name) for one in credentials):
        raise _refusal("The request is meant for another server")
    origin = origins.pop()
    if origin == server_name:
        raise _refusal("The request claims to come from this server")
    return origin


def _parameters(header: str, at: int) -> dict[str, str]:
    """Return the parameters by lower-case name. Raises FederationRefusal 400."""
    values: dict[str, str] = {}
    end = len(header.rstrip())
    while at < end:
        match = _PARAMETER.match(header, at)
        if match is None:
            raise _malformed("The Authorization header is malformed")
        name, quoted, plain = match.groups()
        if name.lower() in values:
            raise _malformed("The Authorization header has a parameter twice")
        values[name.lower()] = plain if quoted is None else _ESCAPED.sub(r"\1", quoted)
        at = match.end()
        if at < end:
            comma = _COMMA.match(header, at)
            if comma is None:
                raise _malformed("The Authorization header is malformed")
            at = comma.end()
    return values


def _refusal(message: str) -> FederationRefusal:
    return FederationRefusal(401, "M_UNAUTHORIZED", message)


def _malformed(message: str) -> FederationRefusal:
    return FederationRefusal(400, "M_UNAUTHORIZED", message)
