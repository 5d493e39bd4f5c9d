"""TURN servers, which carry calls between networks that cannot reach each other."""

from datetime import timedelta

from pydantic import Field, SecretStr

from homeserver.config.values import Duration, Section


class Turn(Section):
    """TURN servers handed to clients for calls; without `uris` there are none."""

    uris: tuple[str, ...] = ()
    """As in `turn:turn.example.org?transport=udp`."""
    shared_secret: SecretStr | None = None
    """The secret shared with the TURN server, from which each client's password is made."""
    username: str | None = None
    """A fixed account, where the TURN server has no shared secret."""
    password: SecretStr | None = None
    """The fixed account's password."""
    lifetime: Duration = Field(default=timedelta(hours=1), ge=timedelta(seconds=1))
    """How long a client's password works."""
