"""Where requests get their access token from."""

from __future__ import annotations

from typing import Protocol


class TokenSource(Protocol):
    """The access token of one account, and how to get the next one."""

    @property
    def access_token(self) -> str:
        """The token to use now."""
        ...

    async def refresh(self) -> bool:
        """Get a new access token, store it, and tell whether there is one now.

        Called for one request at a time, after the current one was refused.

        Raises: ClientError, where it is not known whether the account is still signed in.
        """
        ...


class FixedToken:
    """A token that cannot be renewed."""

    def __init__(self, access_token: str) -> None:
        self.access_token = access_token

    async def refresh(self) -> bool:
        return False
