"""What a client asks to be allowed.

Spec: https://spec.matrix.org/v1.19/client-server-api/#scope
"""

import re
from dataclasses import dataclass
from typing import Final

from homeserver.accounts.sessions import MAX_DEVICE_ID_LENGTH
from homeserver.oauth.errors import INVALID_SCOPE, OAuthError

# COMPAT: clients from before v1.15 of the specification know the scopes by their unstable names.
FULL_ACCESS: Final = frozenset({"urn:matrix:client:api:*", "urn:matrix:org.matrix.msc2967.client:api:*"})
DEVICE_PREFIXES: Final = ("urn:matrix:client:device:", "urn:matrix:org.matrix.msc2967.client:device:")

SCOPE_TOKEN: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
MAX_SCOPE_LENGTH: Final = 2048


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope that can be granted: full access, through one device. `text` is in the client's own words."""

    text: str
    device_id: str


def parse_scope(text: str) -> Scope:
    """Read what a client asks for; what is not known here is left out of the scope, as OAuth has it.

    Raises: OAuthError invalid_scope unless it is full access for exactly one device.
    """
    tokens = dict.fromkeys(token for token in text.split(" ") if token)
    if len(text) > MAX_SCOPE_LENGTH or any(SCOPE_TOKEN.fullmatch(token) is None for token in tokens):
        raise OAuthError(INVALID_SCOPE, "This is not a scope")
    known = [token for token in tokens if token in FULL_ACCESS or token.startswith(DEVICE_PREFIXES)]
    device_ids = {_device_id(token) for token in known if token not in FULL_ACCESS}
    if len(device_ids) != 1:
        raise OAuthError(INVALID_SCOPE, "The scope must name exactly one device")
    if FULL_ACCESS.isdisjoint(known):
        raise OAuthError(INVALID_SCOPE, "The scope must include access to the client-server API")
    device_id = device_ids.pop()
    if not 0 < len(device_id) <= MAX_DEVICE_ID_LENGTH:
        raise OAuthError(INVALID_SCOPE, f"A device id has 1 to {MAX_DEVICE_ID_LENGTH} characters")
    return Scope(" ".join(known), device_id)


def _device_id(token: str) -> str:
    prefix = next(prefix for prefix in DEVICE_PREFIXES if token.startswith(prefix))
    return token.removeprefix(prefix)
