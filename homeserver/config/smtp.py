"""The mail server that sends this server's mail."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from homeserver.config.values import Duration, Section

SENDER = r"^(?:[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$"


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class Smtp(Section):
    """The mail server; without `host` no mail is sent."""

    host: str | None = Field(default=None, min_length=1)
    """Name of the mail server."""
    port: int = Field(default=465, ge=1, le=65535)
    """Its port: 465 with `tls`, usually 587 with `starttls`."""
    security: SmtpSecurity = SmtpSecurity.TLS
    """`tls`, `starttls` or `none`; with `starttls`, a server that does not offer it gets no mail."""
    username: str | None = None
    """The account there, if it wants one."""
    password: SecretStr | None = None
    """The account's password."""
    sender: str | None = Field(
        default=None, pattern=r"^(?:[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$"
    )
    """The From address, as in `Parlour <chat@example.org>`; required with `host`."""
    ca_file: Path | None = None
    """Certificates of the authorities that the mail server's own is checked against, instead of the
    system's."""
    timeout: Duration = Field(default=timedelta(seconds=30), ge=timedelta(milliseconds=100))
    """How long the mail server may take for one step before the mail is tried again later."""
    next_links: tuple[str, ...] = ()
    """Hosts, such as `app.example.org`, that people may be led on to once they have confirmed their address.
    Links to other hosts, which clients may ask for, are not shown."""

    @model_validator(mode="after")
    def check_sender_is_there(self) -> Self:
        if self.host is not None and self.sender is None:
            raise ValueError("`sender` is required with `host`")
        return self
