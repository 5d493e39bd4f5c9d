"""What the verbs of this package need."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeserver.accounts.context import AccountsContext
from homeserver.media.context import MediaContext
from homeserver.outgoing.web_client import WebClient
from homeserver.sso.provider import Provider
from homeserver.sso.redirect_urls import is_known

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

    def knows(self, redirect_url: str) -> bool:
        """Tell whether an address gets a login token without a question.

        Our own pages do, but not what is below `/_matrix`: files that anybody has uploaded are there.
        """
        settings = self.accounts.settings
        if is_known(redirect_url, [settings.base_url]):
            return not is_known(
                redirect_url, [settings.base_url + path for path in ("/_matrix", "/_synapse")]
            )
        return is_known(redirect_url, settings.oidc.known_clients)
