"""What a provider says of itself.

Spec: https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from dataclasses import dataclass

from yarl import URL

from homeserver.json_types import JsonObject
from homeserver.sso.errors import ProviderFailed


@dataclass(frozen=True, slots=True)
class Metadata:
    """The parts of a discovery document that a login needs. `names_itself`: answers carry its issuer."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    names_itself: bool


def discovery_url(issuer: str) -> str:
    """Return where an issuer's discovery document is."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def parse_metadata(document: JsonObject, issuer: str) -> Metadata:
    """Read a discovery document.

    Raises: ProviderFailed where it is another issuer's, or names an address that is none, or no HTTPS while
    the issuer's is.
    """
    if document.get("issuer") != issuer:
        raise ProviderFailed(f"the document is of issuer {document.get('issuer')!r}, not {issuer!r}")
    userinfo = document.get("userinfo_endpoint")
    return Metadata(
        _endpoint(document, "authorization_endpoint", issuer),
        _endpoint(document, "token_endpoint", issuer),
        _endpoint(document, "jwks_uri", issuer),
        None if userinfo is None else _endpoint(document, "userinfo_endpoint", issuer),
        document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: JsonObject, name: str, issuer: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ProviderFailed(f"the document of {issuer} names no {name}")
    try:
        url = URL(value)
    except ValueError as error:
        raise ProviderFailed(f"{name} of {issuer} is no URL") from error
    schemes = ("https",) if issuer.startswith("https:") else ("https", "http")
    if url.scheme not in schemes or not url.host or url.fragment:
        raise ProviderFailed(f"{name} of {issuer} is not an address that may be used")
    return value
