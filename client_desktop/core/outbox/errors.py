"""Why something could not be sent, as the interface has words for."""

from __future__ import annotations

from typing import Final

from client_desktop.core.errors import (
    ClientError,
    MatrixError,
    NetworkUnavailable,
    NotAllowed,
    RateLimited,
    TokenRejected,
)

_WORDS: Final = {
    "M_FORBIDDEN": "forbidden",
    "M_TOO_LARGE": "too_large",
    "M_NOT_FOUND": "not_found",
    "M_USER_LOCKED": "account_locked",
    "M_USER_SUSPENDED": "account_suspended",
}
_TRANSIENT_STATUSES: Final = frozenset({408, 425, 502, 503, 504})


class RoomNotHere(ClientError):
    """Sync has not brought the room yet: nobody knows whether it is encrypted."""

    word = "room_not_here"


class NotInQueue(NotAllowed):
    """It has been sent, or thrown away."""

    word = "not_in_queue"


def word_of(error: ClientError) -> str:
    """Return which text says why an entry failed."""
    if not isinstance(error, MatrixError):
        return error.word
    # The text of "refused" repeats the server's words, which are not kept with an entry.
    return _WORDS.get(error.errcode, "refused_silently" if error.word == "refused" else error.word)


def is_passing(error: ClientError) -> bool:
    """Whether the same request may succeed later without anybody changing anything."""
    if isinstance(error, TokenRejected):
        return False
    if isinstance(error, MatrixError):
        return isinstance(error, RateLimited) or error.status >= 500 or error.status in _TRANSIENT_STATUSES
    return isinstance(error, NetworkUnavailable)
