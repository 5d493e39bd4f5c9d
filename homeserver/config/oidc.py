"""Login through an OpenID Connect provider."""

from pydantic import Field, SecretStr

from homeserver.config.values import Section


class Oidc(Section):
    """Login through an OpenID Connect provider; without `issuer` there is none."""

    issuer: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """The provider's issuer URL; its discovery document is found from there."""
    client_id: str | None = None
    """This server's id at the provider."""
    client_secret: SecretStr | None = None
    """This server's secret at the provider."""
    scopes: tuple[str, ...] = ("openid", "profile")
    """The scopes that are asked for."""
    name: str = Field(default="Single sign-on", min_length=1, max_length=255)
    """What the login button says."""
    user_name_claim: str = Field(default="preferred_username", min_length=1)
    """The claim that becomes the local part of new users' ids."""
