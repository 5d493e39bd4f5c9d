"""Who a provider says somebody is."""

import msgspec

from homeserver.config.oidc import OidcProvider
from homeserver.json_types import JsonObject
from homeserver.storage.login_tokens import Voucher

MAX_TEXT_LENGTH = 255


class Identity(msgspec.Struct, frozen=True):
    """A provider's user. Only issuer and subject identify; everything else is a wish for a new account.

    `email` is set only where the provider has confirmed the address.
    """

    issuer: str
    subject: str
    provider_session: str | None = None
    user_name: str = ""
    display_name: str = ""
    email: str = ""
    picture: str = ""

    @property
    def voucher(self) -> Voucher:
        """The part that a session remembers."""
        return Voucher(self.issuer, self.subject, self.provider_session)


def identity_of(claims: JsonObject, config: OidcProvider) -> Identity:
    """Read the claims of a verified ID token, completed by those of the user-info endpoint."""
    return Identity(
        issuer=config.issuer,
        subject=claims["sub"],
        provider_session=_text(claims, "sid") or None,
        user_name=_text(claims, config.user_name_claim),
        display_name=_text(claims, config.display_name_claim),
        email=_text(claims, "email") if claims.get("email_verified") is True else "",
        picture=_text(claims, "picture", 2048),
    )


def _text(claims: JsonObject, name: str, longest: int = MAX_TEXT_LENGTH) -> str:
    """Return a claim that is text of one line; anything else counts as absent."""
    value = claims.get(name)
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        return ""
    return value.strip()
