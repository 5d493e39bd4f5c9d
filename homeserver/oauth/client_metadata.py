"""What a client says of itself, and which of it can be true.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-metadata
"""

from typing import Final

import msgspec

from homeserver.oauth.errors import OAuthError
from homeserver.oauth.redirect_uris import MAX_URI_LENGTH, check_redirect_uri, https_host, is_below

CODE: Final = "code"
AUTHORIZATION_CODE: Final = "authorization_code"
REFRESH_TOKEN: Final = "refresh_token"
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES: Final = (AUTHORIZATION_CODE, REFRESH_TOKEN, DEVICE_CODE)

NATIVE: Final = "native"
WEB: Final = "web"
NO_AUTH: Final = "none"

MAX_NAME_LENGTH: Final = 255
MAX_REDIRECT_URIS: Final = 20


class ClientMetadata(msgspec.Struct, frozen=True):
    """The metadata that this server keeps. Unknown members, and texts in other languages, are left out."""

    client_uri: str
    client_name: str | None = None
    logo_uri: str | None = None
    tos_uri: str | None = None
    policy_uri: str | None = None
    redirect_uris: tuple[str, ...] = ()
    response_types: tuple[str, ...] = (CODE,)
    grant_types: tuple[str, ...] = (AUTHORIZATION_CODE,)
    token_endpoint_auth_method: str = NO_AUTH
    application_type: str = WEB

    @property
    def host(self) -> str:
        """The host that the client claims to come from."""
        return https_host(self.client_uri) or ""

    @property
    def name(self) -> str:
        """What the client is called on pages."""
        return self.client_name or self.host


def read_client_metadata(raw: bytes) -> ClientMetadata:
    """Read and check the body of a registration; what the server does not support is left out.

    Raises: OAuthError invalid_client_metadata or invalid_redirect_uri.
    """
    try:
        raw.decode()
        claimed = msgspec.json.decode(raw, type=ClientMetadata)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refusal(f"The body is not what it should be: {error}") from error
    metadata = msgspec.structs.replace(
        claimed,
        redirect_uris=tuple(dict.fromkeys(claimed.redirect_uris)),
        response_types=tuple(kind for kind in (CODE,) if kind in claimed.response_types),
        grant_types=tuple(grant for grant in GRANT_TYPES if grant in claimed.grant_types),
    )
    _check(metadata)
    return metadata


def render_metadata(metadata: ClientMetadata) -> dict[str, object]:
    """Return the metadata as it was registered, without what is not set."""
    members: dict[str, object] = msgspec.json.decode(msgspec.json.encode(metadata))
    return {name: value for name, value in members.items() if value is not None}


def _check(metadata: ClientMetadata) -> None:
    if metadata.application_type not in (WEB, NATIVE):
        raise _refusal("application_type must be web or native")
    if metadata.token_endpoint_auth_method != NO_AUTH:
        raise _refusal("token_endpoint_auth_method must be none")
    if metadata.client_name is not None and not _is_name(metadata.client_name):
        raise _refusal(f"client_name must be a text of 1 to {MAX_NAME_LENGTH} characters on one line")
    host = https_host(metadata.client_uri)
    if host is None or "." not in host.strip(".") or len(metadata.client_uri) > MAX_URI_LENGTH:
        raise _refusal("client_uri must be an https URL with a full host name, without user or password")
    for name in ("logo_uri", "tos_uri", "policy_uri"):
        _check_below(name, getattr(metadata, name), host)
    if len(metadata.redirect_uris) > MAX_REDIRECT_URIS:
        raise OAuthError("invalid_redirect_uri", f"There are more than {MAX_REDIRECT_URIS} redirect URIs")
    for uri in metadata.redirect_uris:
        check_redirect_uri(uri, host, is_native=metadata.application_type == NATIVE)
    if not metadata.redirect_uris and DEVICE_CODE not in metadata.grant_types:
        raise OAuthError("invalid_redirect_uri", "At least one redirect URI is needed")


def _check_below(name: str, uri: str | None, client_host: str) -> None:
    if uri is None:
        return
    host = https_host(uri)
    if host is None or len(uri) > MAX_URI_LENGTH or not is_below(host, client_host):
        raise _refusal(f"{name} must be an https URL on the host of client_uri, or on a subdomain of it")


def _is_name(text: str) -> bool:
    return bool(text.strip()) and len(text) <= MAX_NAME_LENGTH and text.isprintable()


def _refusal(message: str) -> OAuthError:
    return OAuthError("invalid_client_metadata", message)
