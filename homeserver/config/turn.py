"""TURN servers, which carry calls between networks that cannot reach each other."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from homeserver.config.values import Duration, Section

TurnUri = Annotated[str, Field(pattern=r"^turns?:\S+$")]


class Turn(Section):
    """TURN servers handed to clients for calls; without `uris` there are none."""

    uris: tuple[TurnUri, ...] = ()
    """As in `turn:turn.example.org?transport=udp`."""
    shared_secret: SecretStr | None = None
    """The secret shared with the TURN server, from which each client's password is made."""
    username: str | None = None
    """A fixed account, where the TURN server has no shared secret."""
    password: SecretStr | None = None
    """The fixed account's password."""
    lifetime: Duration = Field(default=timedelta(hours=1), ge=timedelta(seconds=1))
    """How long a client's password works."""

    @model_validator(mode="after")
    def check_credentials_are_there(self) -> Self:
        has_account = self.username is not None and self.password is not None
        if self.uris and self.shared_secret is None and not has_account:
            raise ValueError("`uris` need `shared_secret`, or `username` and `password`")
        return self
