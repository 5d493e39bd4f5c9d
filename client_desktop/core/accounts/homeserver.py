"""What is known of a server before anybody signs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from client_desktop.core.accounts.oauth_metadata import OAuthMetadata

RENDEZVOUS: Final = "org.matrix.msc4108"
"""Among `unstable_features` of servers where two devices can meet."""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One "sign in with …" button.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#definition-mloginsso-flow-schema
    """

    provider_id: str
    name: str
    icon_url: str | None
    """mxc URI."""
    brand: str | None


@dataclass(frozen=True, slots=True)
class Homeserver:
    """A server that answered, and the ways in."""

    url: str
    """Base URL without a slash at its end."""
    name: str
    """What people typed or what follows the colon of their user ids: for showing, not for trust."""
    versions: tuple[str, ...]
    unstable_features: frozenset[str]
    flows: tuple[str, ...]
    """Types of `GET /login`; empty where only OAuth leads in."""
    providers: tuple[IdentityProvider, ...] = ()
    oauth_aware_preferred: bool = False
    """Show single sign-on alone: the server's own page knows all other ways."""
    oauth: OAuthMetadata | None = None

    @property
    def has_password(self) -> bool:
        return "m.login.password" in self.flows

    @property
    def has_sso(self) -> bool:
        return "m.login.sso" in self.flows

    @property
    def has_oauth(self) -> bool:
        return self.oauth is not None and self.oauth.can_sign_in

    @property
    def has_qr(self) -> bool:
        """Whether a device that is signed in can let a new one in by a QR code."""
        can_grant = self.oauth is not None and self.oauth.can_use_device_code
        return can_grant and RENDEZVOUS in self.unstable_features


@dataclass(frozen=True, slots=True)
class RegistrationOptions:
    """Whether and how strangers get an account here."""

    is_open: bool
    flows: tuple[tuple[str, ...], ...] = ()
    """Stages of the older API, as the server offers them."""
    in_browser: bool = False
    """Through the server's own page: `sign_in_with_oauth(…, register=True)`."""
    reason: str = field(default="")
    """The server's words where it is closed."""
