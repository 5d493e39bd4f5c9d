"""What the verbs of this package need."""

from dataclasses import dataclass

from homeserver.accounts.context import AccountsContext
from homeserver.oauth.reset_stages import reset_stages


@dataclass(frozen=True, slots=True)
class OAuthContext:
    """The dependencies of the OAuth 2.0 API."""

    accounts: AccountsContext
    base_url: str

    @property
    def issuer(self) -> str:
        """The name of this authorisation server."""
        return f"{self.base_url}/"


def open_oauth(accounts: AccountsContext) -> OAuthContext:
    """Put the OAuth 2.0 API together, and its stage into user-interactive authentication."""
    ctx = OAuthContext(accounts, accounts.settings.base_url)
    accounts.stages.update(reset_stages(ctx.base_url))
    return ctx
