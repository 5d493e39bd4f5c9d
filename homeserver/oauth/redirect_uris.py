"""Where an authorisation code may be sent.

A client proves who it is by receiving what is sent there, so nothing is normalised and nothing is guessed: a
URI that browsers and libraries could read differently is refused.

Spec: https://spec.matrix.org/v1.19/client-server-api/#redirect-uri-validation
"""

import re
from typing import Final
from urllib.parse import urlsplit

from homeserver.oauth.errors import OAuthError

MAX_URI_LENGTH: Final = 2048
URI_TEXT: Final = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
HOST_NAME: Final = re.compile(
    r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
IP_ADDRESS: Final = re.compile(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*")
LOOPBACK: Final = re.compile(
    r"http://(?P<host>localhost|127\.0\.0\.1|\[::1\])(?P<port>:[0-9]{1,5})?(?P<rest>[/?].*)?"
)
PRIVATE_SCHEME: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):(?:/(?!/)|[^/]).*")


def check_redirect_uri(uri: str, client_host: str, *, is_native: bool) -> None:
    """Refuse redirect URIs that do not belong to a client whose `client_uri` has this host.

    Raises: OAuthError invalid_redirect_uri, naming the rule.
    """
    if len(uri) > MAX_URI_LENGTH or URI_TEXT.fullmatch(uri) is None:
        raise _refusal("is not a URI")
    if "#" in uri:
        raise _refusal("must not have a fragment")
    if uri.startswith("https:"):
        host = https_host(uri)
        if host is None:
            raise _refusal("must be an https URL with a host, and without user or password")
        if not is_below(host, client_host):
            raise _refusal("must be on the host of client_uri, or on a subdomain of it")
    elif not is_native:
        raise _refusal("must use https")
    elif uri.startswith("http:"):
        match = LOOPBACK.fullmatch(uri)
        if match is None or match["port"] is not None:
            raise _refusal("may use http for localhost, 127.0.0.1 and [::1] only, without a port")
    else:
        _check_private_scheme(uri, client_host)


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Tell whether a redirect URI is one of those registered: the same text, or loopback with any port."""
    if uri in registered:
        return True
    match = LOOPBACK.fullmatch(uri)
    if match is None or match["port"] is None or int(match["port"][1:]) > 65535 or "#" in uri:
        return False
    return f"http://{match['host']}{match['rest'] or ''}" in registered


def https_host(uri: str) -> str | None:
    """Return the host of an https URL; None where it is no such URL, or has a user or password in it."""
    if URI_TEXT.fullmatch(uri) is None:
        return None
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or "@" in parts.netloc or not host or not uri.startswith("https://"):
        return None
    return host if HOST_NAME.fullmatch(host) or IP_ADDRESS.fullmatch(host) else None


def is_below(host: str, base: str) -> bool:
    """Tell whether a host is another one, or a subdomain of it."""
    return host == base or (host.endswith(f".{base}") and IP_ADDRESS.fullmatch(base) is None)


def _check_private_scheme(uri: str, client_host: str) -> None:
    match = PRIVATE_SCHEME.fullmatch(uri)
    if match is None:
        raise _refusal("must have one slash or none after its scheme, and no host")
    reverse = ".".join(reversed(client_host.split(".")))
    if "." not in reverse or not f"{match['scheme']}.".startswith(f"{reverse}."):
        raise _refusal("must have a scheme that begins with the host of client_uri in reverse order")


def _refusal(rule: str) -> OAuthError:
    return OAuthError("invalid_redirect_uri", f"A redirect URI {rule}")
