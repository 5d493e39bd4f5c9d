"""Who may make an account."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr

from homeserver.config.values import Section


class RegistrationMode(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    TOKEN = "token"
    CLOSED = "closed"


class EmailAtRegistration(StrEnum):
    """Whether an e-mail address is shown to be one's own when an account is made."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class TermsDocument(Section):
    """A document that one must agree to before making an account."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """The name of the policy on the wire, such as `privacy_policy`."""
    version: str = Field(min_length=1, max_length=64)
    """Changes when the text does; people are asked again then."""
    language: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    """The language of `name` and of the document."""
    name: str = Field(min_length=1, max_length=255)
    """The title that people read."""
    url: str = Field(pattern=r"^https?://\S+$")
    """The http or https URL of the document."""


class Registration(Section):
    """Who may make an account."""

    mode: RegistrationMode = RegistrationMode.TOKEN
    """`open`: everybody; `token`: who has a registration token; `closed`: nobody but through the command line
    and the admin API."""
    shared_secret: SecretStr | None = Field(default=None)
    """Turns on `/_synapse/admin/v1/register` for tools that know this secret."""
    guests: bool = False
    """Whether guest accounts can be made."""
    email: EmailAtRegistration = EmailAtRegistration.OPTIONAL
    """Whether people confirm an e-mail address when they make an account: `off`, `optional` or `required`.
    Without `smtp.host` it is as if `off`."""
    terms: tuple[TermsDocument, ...] = ()
    """Documents one must agree to, as tables with `id`, `version`, `language`, `name` and `url`."""
    auto_join_rooms: tuple[Annotated[str, Field(pattern=r"^[#!]\S{1,254}$")], ...] = Field(
        default=(), max_length=50
    )
    """Aliases or ids of public rooms that new users are joined to, beside those set on the admin page."""
