"""The mail server that sends this server's mail."""

from enum import StrEnum

from pydantic import Field, SecretStr

from homeserver.config.values import Section


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
    """`tls`, `starttls` or `none`."""
    username: str | None = None
    """The account there, if it wants one."""
    password: SecretStr | None = None
    """The account's password."""
    sender: str | None = Field(default=None, pattern=r"^[^\r\n]*\S+@\S+$")
    """The From address, as in `Parlour <chat@example.org>`."""
