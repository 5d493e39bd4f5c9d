"""What the verbs of this package need."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeserver.accounts.context import AccountsContext
from homeserver.media.context import MediaContext
from homeserver.outgoing.web_client import WebClient
from homeserver.sso.provider import Provider

CALLBACK_PATH = "/_matrix/client/unstable/parlour/sso/callback"


@dataclass(frozen=True, slots=True)
class SsoContext:
    """The dependencies of everything that is done with providers; `web` reads what strangers name."""

    accounts: AccountsContext
    media: MediaContext
    web: WebClient
    providers: Mapping[str, Provider]

    @property
    def callback_url(self) -> str:
        """Where providers send browsers back to; registered with them."""
        return self.accounts.settings.base_url + CALLBACK_PATH

    @property
    def known_clients(self) -> tuple[str, ...]:
        """Beginnings of addresses that get a login token without a question."""
        return (self.accounts.settings.base_url, *self.accounts.settings.oidc.known_clients)
