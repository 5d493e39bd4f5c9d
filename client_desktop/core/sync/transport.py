"""What every way of following the server offers the loop."""

from __future__ import annotations

from typing import Protocol

from client_desktop.core.errors import ClientError
from client_desktop.core.sync.batch import SyncBatch
from client_desktop.core.values import SyncTransport


class TokenForgotten(ClientError):
    """The server does not know the token any more: only beginning anew helps.

    `keep`: what is still good of it, to begin anew with.
    """

    word = "bad_answer"

    def __init__(self, message: str, keep: str | None = None) -> None:
        super().__init__(message)
        self.keep = keep


class Transport(Protocol):
    """One way of following. Used by the loop alone, one call at a time."""

    kind: SyncTransport
    token_kind: str
    """Transports of one kind understand each other's tokens."""

    async def next(self, token: str | None) -> SyncBatch:
        """Wait for what is new since the token; None: everything.

        The token is that of the last batch that was applied, or what the store held at the start.

        Raises: ClientError; TokenForgotten.
        """
        ...

    async def applied(self, token: str) -> None:
        """Take notice that a batch has been stored.

        Raises: ClientError.
        """
        ...

    async def close(self) -> None:
        """End whatever is open; `next` opens it again."""
        ...
