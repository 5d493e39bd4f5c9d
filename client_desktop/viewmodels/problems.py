"""Sentences for people about what went wrong."""

from __future__ import annotations

from client_desktop.core.errors import ClientError, MatrixError, RateLimited
from client_desktop.viewmodels.words import word

MAX_SERVER_WORDS = 300
OWN_WORDS = {
    "M_FORBIDDEN": "forbidden",
    "M_USER_IN_USE": "user_in_use",
    "M_EXCLUSIVE": "user_in_use",
    "M_INVALID_USERNAME": "invalid_username",
    "M_WEAK_PASSWORD": "weak_password",
    "M_ROOM_IN_USE": "address_taken",
    "M_NOT_FOUND": "not_found",
    "M_TOO_LARGE": "too_large",
    "M_UNSUPPORTED_ROOM_VERSION": "room_version",
    "M_INCOMPATIBLE_ROOM_VERSION": "room_version",
    "M_THREEPID_IN_USE": "address_in_use",
    "M_USER_DEACTIVATED": "account_deactivated",
    "M_USER_LOCKED": "account_locked",
}
"""What servers refuse with, where we know better words than theirs."""


def sentence(error: ClientError) -> str:
    """Say what happened and what to do next; a server's own words only where we have none."""
    if isinstance(error, RateLimited):
        return word("error.rate_limited", n=max(1, -(-error.retry_after_ms // 1000)))
    if isinstance(error, MatrixError) and error.word == MatrixError.word:
        if error.errcode in OWN_WORDS:
            return word(f"error.{OWN_WORDS[error.errcode]}")
        if error.message:
            return word("error.refused", error.message[:MAX_SERVER_WORDS])
        return word("error.refused_silently")
    return error_sentence(error.word)


def error_sentence(error_word: str) -> str:
    """Return the text `error.<word>`; a general one where there is none."""
    word_id = f"error.{error_word}"
    found = word(word_id)
    return word("error.unknown") if found == word_id else found
