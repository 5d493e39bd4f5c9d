"""Where a client wants the browser to come back with a login token. Pure functions.

Whoever gets the token is logged in as the user, so it must be plain to see where it goes.
"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from homeserver.errors import InvalidParam

MAX_URL_LENGTH: Final = 2048
TOKEN_PARAM: Final = "loginToken"
WEB_SCHEMES: Final = frozenset({"http", "https"})

FORBIDDEN_SCHEMES: Final = frozenset(
    {"javascript", "data", "vbscript", "blob", "file", "filesystem", "about", "view-source"}
)
"""What browsers treat as a page of ours, or as code; the schemes of native clients are all others."""


def check_redirect_url(url: str) -> None:
    """Refuse what is no address that a browser could be led to, or that could hide where it leads.

    Raises: InvalidParam.
    """
    if len(url) > MAX_URL_LENGTH:
        raise InvalidParam(f"redirectUrl has more than {MAX_URL_LENGTH} characters")
    if not url.isascii() or any(character <= " " or character in '\\"<>^`{|}\x7f' for character in url):
        raise InvalidParam("redirectUrl holds characters that must be percent-encoded")
    try:
        parts = urlsplit(url)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        raise InvalidParam("redirectUrl is not a URL") from None
    if not parts.scheme or parts.scheme in FORBIDDEN_SCHEMES or not port_is_right:
        raise InvalidParam("redirectUrl is not an address that a browser may be led to")
    if parts.scheme in WEB_SCHEMES and not parts.hostname:
        raise InvalidParam("redirectUrl names no host")
    if parts.username is not None or parts.password is not None:
        raise InvalidParam("redirectUrl must not hold a user name")


def shown_client(url: str) -> str:
    """Return what people are shown of an address: where it leads, without what could distract from that."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def is_known(url: str, known: Sequence[str]) -> bool:
    """Tell whether an address begins like a known one: the same origin, and a path at or below its path."""
    return any(_is_below(urlsplit(url), urlsplit(beginning)) for beginning in known)


def with_login_token(url: str, token: str) -> str:
    """Return the address with a login token in its query, in place of any that was there."""
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != TOKEN_PARAM
    ]
    query = urlencode([*kept, (TOKEN_PARAM, token)])
    bare, _, fragment = url.partition("#")
    bare = bare.partition("?")[0]  # not put together again from its parts: `app:/` would lose its slash
    return f"{bare}?{query}" + (f"#{fragment}" if fragment else "")


def _is_below(url: SplitResult, beginning: SplitResult) -> bool:
    if (url.scheme, url.hostname, url.port) != (beginning.scheme, beginning.hostname, beginning.port):
        return False
    segments = url.path.lower().replace("%2e", ".").split("/")
    if ".." in segments or "." in segments:
        return False
    return url.path == beginning.path or url.path.startswith(beginning.path.rstrip("/") + "/")
