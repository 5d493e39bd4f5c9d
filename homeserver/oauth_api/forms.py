"""Reading what OAuth clients send, where nothing may be said twice.

Spec: https://datatracker.ietf.org/doc/html/rfc6749#section-3.2
"""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from homeserver.http.params import read_bytes
from homeserver.oauth.errors import INVALID_REQUEST, OAuthError

CONTENT_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 50
MAX_BODY_BYTES: Final = 16 * 1024
MAX_VALUE_LENGTH: Final = 8 * 1024


async def read_oauth_form(request: web.Request) -> Mapping[str, str]:
    """Read a form's parameters; empty ones count as not sent.

    Raises: OAuthError invalid_request; TooLarge.
    """
    if request.content_type != CONTENT_TYPE:
        raise OAuthError(INVALID_REQUEST, f"The body must be {CONTENT_TYPE}")
    raw = await read_bytes(request)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise OAuthError(INVALID_REQUEST, "The body is not a form") from error
    return once_each(pairs)


def once_each(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return parameters by name; empty ones count as not sent.

    Raises: OAuthError invalid_request where one is sent twice or is no text.
    """
    params: dict[str, str] = {}
    for name, value in pairs:
        if name in params:
            raise OAuthError(INVALID_REQUEST, f"{name[:64]!r} is there twice")
        if "\0" in value or "\ufffd" in value or len(value) > MAX_VALUE_LENGTH or not _is_text(value):
            raise OAuthError(INVALID_REQUEST, f"{name[:64]!r} is not valid text, or too long")
        params[name] = value
    return {name: value for name, value in params.items() if value}


def required(params: Mapping[str, str], name: str) -> str:
    """Return a parameter.

    Raises: OAuthError invalid_request where it is missing.
    """
    value = params.get(name)
    if value is None:
        raise OAuthError(INVALID_REQUEST, f"{name} is required")
    return value


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
