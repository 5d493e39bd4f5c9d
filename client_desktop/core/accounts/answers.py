"""Read what `/login`, `/register` and token endpoints answer, and nothing else they might say."""

from __future__ import annotations

from typing import Final

from client_desktop.core.accounts.session import MAX_TOKEN_CHARACTERS, Session
from client_desktop.core.errors import BadAnswer
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_int, as_text
from federation.protocol.ids import InvalidIdentifier, parse_user_id

MAX_DEVICE_ID_CHARACTERS: Final = 255
MAX_LIFETIME_MS: Final = 10 * 365 * 86_400_000


def session_of_login(body: JsonObject, homeserver_url: str, now_ms: int) -> Session:
    """Return the session that `/login` or `/register` gave.

    Raises: BadAnswer.
    """
    return Session(
        user_id=checked_user_id(body.get("user_id")),
        device_id=checked_device_id(body.get("device_id")),
        homeserver_url=homeserver_url,
        access_token=checked_token(body.get("access_token")),
        refresh_token=optional_token(body.get("refresh_token")),
        expires_at_ms=expiry_ms(body.get("expires_in_ms"), now_ms),
    )


def checked_user_id(value: object) -> str:
    try:
        return parse_user_id(as_text(value))
    except InvalidIdentifier:
        raise BadAnswer("no user id") from None


def checked_device_id(value: object) -> str:
    device_id = as_text(value)
    if not 0 < len(device_id) <= MAX_DEVICE_ID_CHARACTERS:
        raise BadAnswer("no device id")
    return device_id


def checked_token(value: object) -> str:
    """Return a token that can be put into a header.

    Raises: BadAnswer.
    """
    token = as_text(value)
    fits = 0 < len(token) <= MAX_TOKEN_CHARACTERS and token.isascii() and token.isprintable()
    if not fits or " " in token:
        raise BadAnswer("no token")
    return token


def optional_token(value: object) -> str | None:
    return None if value is None else checked_token(value)


def expiry_ms(lifetime_ms: object, now_ms: int) -> int | None:
    """Return when a token ends that was given now; None where it does not say, or says nonsense."""
    lifetime = as_int(lifetime_ms)
    return now_ms + lifetime if 0 < lifetime <= MAX_LIFETIME_MS else None
