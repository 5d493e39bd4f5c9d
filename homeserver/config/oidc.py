"""Login through OpenID Connect providers."""

from enum import StrEnum
from typing import Self

from pydantic import Field, SecretStr, model_validator

from homeserver.config.values import Section

URL = r"^https?://[^\s?#]+$"
DEFAULT_ID = "oidc"


class ClientAuthentication(StrEnum):
    """How this server shows a provider who it is."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"


class _ProviderKeys(Section):
    """What can be said of a provider."""

    issuer: str | None = Field(default=None, pattern=URL)
    """The provider's issuer URL, letter for letter as in its tokens; its discovery document is found from
    there."""
    client_id: str | None = Field(default=None, min_length=1)
    """This server's id at the provider. The address to register there is `public_baseurl` with
    `/_matrix/client/unstable/parlour/sso/callback`."""
    client_secret: SecretStr | None = None
    """This server's secret at the provider; without one, PKCE alone protects the login."""
    client_authentication: ClientAuthentication = ClientAuthentication.BASIC
    """How the secret is sent: `client_secret_basic` or `client_secret_post`."""
    scopes: tuple[str, ...] = ("openid", "profile")
    """The scopes that are asked for; `email` lets new accounts begin with a confirmed address."""
    name: str = Field(default="Single sign-on", min_length=1, max_length=255)
    """What the login button says."""
    icon: str | None = Field(default=None, pattern=r"^mxc://[^\s/]+/[^\s/]+$")
    """The mxc:// address of the button's picture."""
    brand: str | None = Field(default=None, pattern=r"^[a-z0-9._-]{1,255}$")
    """The kind of provider, such as `google` or `github`, for clients that know its look."""
    user_name_claim: str = Field(default="preferred_username", min_length=1)
    """The claim that becomes the local part of new users' ids; if it is missing or taken, they choose one."""
    display_name_claim: str = Field(default="name", min_length=1)
    """The claim that becomes new users' display name."""
    makes_accounts: bool = True
    """Whether somebody who has no account here gets one."""


class OidcProvider(_ProviderKeys):
    """One of several providers."""

    id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,255}$")
    """The name of the provider in URLs; never change it."""
    issuer: str = Field(pattern=URL)
    client_id: str = Field(min_length=1)

    @model_validator(mode="after")
    def check_scopes(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes lack `openid`, without which providers do not say who logs in")
        return self


class Oidc(_ProviderKeys):
    """Login through OpenID Connect providers. One can be set here, with `issuer`; several in `providers`."""

    providers: tuple[OidcProvider, ...] = ()
    """Further providers, as tables with an `id` and the keys above, of which `issuer` and `client_id` are
    required."""
    known_clients: tuple[str, ...] = ()
    """Where users are led back to without being asked whether they trust it: beginnings of URLs, such as
    `https://app.example.org/`. This server's own pages are known."""

    @model_validator(mode="after")
    def check_providers(self) -> Self:
        ids = [provider.id for provider in self.all_providers()]
        if len(set(ids)) < len(ids):
            raise ValueError(f"two providers have the same id; `{DEFAULT_ID}` is the one without a list")
        return self

    def all_providers(self) -> tuple[OidcProvider, ...]:
        """Return the one provider of the plain keys, if it is set, and those of the list.

        Raises: ValueError where the one provider is set in part.
        """
        if self.issuer is None:
            return self.providers
        if self.client_id is None:
            raise ValueError("client_id is required with issuer")
        keys = {name: getattr(self, name) for name in _ProviderKeys.model_fields}
        return (OidcProvider(id=DEFAULT_ID, **keys), *self.providers)
