"""How people prove who they are, and for how long that holds."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from homeserver.config.values import Duration, Section


class PasswordHashCost(StrEnum):
    """How much work a password hash takes."""

    INTERACTIVE = "interactive"
    MINIMUM = "minimum"


class Auth(Section):
    """Passwords and access tokens."""

    password_hash: PasswordHashCost = PasswordHashCost.INTERACTIVE
    """The work that Argon2id puts into a password: `interactive`, or `minimum`, which is for tests only."""
    oauth: bool = True
    """Whether clients may sign in through the OAuth 2.0 API. Its pages are below `/oauth2`, which a
    proxy must pass on as well."""
    access_token_lifetime: Duration = Field(default=timedelta(hours=1), ge=timedelta(seconds=1))
    """How long an access token lasts when the client can refresh it; the others last until logout."""
