"""One signed-in device of one account: what a client must remember to speak for it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Final

import msgspec

from client_desktop.core.errors import StoreDamaged
from client_desktop.core.json_types import JsonObject

MAX_TOKEN_CHARACTERS: Final = 16_384


@dataclass(frozen=True, slots=True)
class Session:
    """Who we are on which server. Tokens are left out of `repr`, so that no log ever holds one."""

    user_id: str
    device_id: str
    homeserver_url: str
    """Without a slash at its end."""
    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at_ms: int | None = None
    """When the access token stops working, by our clock; None where it does not, or nobody said."""
    oauth_client_id: str | None = None
    """Set where the session was begun through OAuth 2.0: refreshing and signing out go another way then."""
    oauth_issuer: str | None = None

    @property
    def uses_oauth(self) -> bool:
        """Whether the account is managed on the server's own pages."""
        return self.oauth_client_id is not None

    def with_tokens(self, access_token: str, refresh_token: str | None, expires_at_ms: int | None) -> Session:
        """Return the same session after a refresh; an answer without a refresh token keeps the old one."""
        return replace(
            self,
            access_token=access_token,
            refresh_token=refresh_token or self.refresh_token,
            expires_at_ms=expires_at_ms,
        )

    def to_json(self) -> JsonObject:
        """Return what `session_from_json` reads; it holds secrets."""
        return asdict(self)


def session_from_json(value: object) -> Session:
    """Read what `Session.to_json` returned. Members of later versions are ignored.

    Raises: StoreDamaged.
    """
    try:
        return msgspec.convert(value, Session)
    except msgspec.ValidationError as error:
        raise StoreDamaged(f"a stored session: {error}") from None
