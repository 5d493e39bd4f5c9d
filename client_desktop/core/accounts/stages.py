"""Stages of interactive authentication as values: what to ask people, and what they answer.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-interactive-authentication-api
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

DUMMY: Final = "m.login.dummy"
PASSWORD: Final = "m.login.password"
TERMS: Final = "m.login.terms"
REGISTRATION_TOKEN: Final = "m.login.registration_token"
EMAIL: Final = "m.login.email.identity"
OAUTH: Final = "m.oauth"
# COMPAT: what m.oauth was called before v1.17 of the specification.
OLD_OAUTH: Final = "org.matrix.cross_signing_reset"


class StageKind(StrEnum):
    """What to show."""

    PASSWORD = "password"
    """The account's password. Answered by `Password`."""
    TERMS = "terms"
    """`policies` to agree to, all of them. Answered by `Done`."""
    REGISTRATION_TOKEN = "registration_token"
    """Answered by `RegistrationToken`."""
    EMAIL = "email"
    """Where to send a link to. Answered by `Email`."""
    EMAIL_SENT = "email_sent"
    """The link in the mail to `email` is to be followed. Answered by `Done`; by `Email` to send another."""
    BROWSER = "browser"
    """The page at `url` does it: captcha, single sign-on, phone numbers and whatever we do not know."""
    OAUTH = "oauth"
    """The account's own page at `url` confirms it. Answered by `Done`, as BROWSER is."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A document that must be agreed to."""

    policy_id: str
    version: str
    texts: tuple[tuple[str, str, str], ...]
    """(language, name, URL), at least one; the URL is http or https."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One question to the user."""

    kind: StageKind
    stage_type: str
    url: str = ""
    policies: tuple[Policy, ...] = ()
    email: str = ""
    error_word: str = ""
    """Why it is asked again: the text `error.<word>`; empty the first time."""
    error_message: str = ""
    """The server's own words, if it has any."""
    others: tuple[str, ...] = ()
    """Stage types that could come instead of this one: answer `Another`."""
    done: int = 0
    """Stages behind us; automatic ones count."""
    total: int = 1


@dataclass(frozen=True, slots=True, repr=False)
class Password:
    password: str


@dataclass(frozen=True, slots=True)
class RegistrationToken:
    token: str


@dataclass(frozen=True, slots=True)
class Email:
    address: str


@dataclass(frozen=True, slots=True)
class Done:
    """Agreed; or: it was done elsewhere."""


@dataclass(frozen=True, slots=True)
class Another:
    """Go another way, by this stage type of `Stage.others`."""

    stage_type: str


StageAnswer: TypeAlias = Password | RegistrationToken | Email | Done | Another


class InteractivePrompt(Protocol):
    """Who asks the user."""

    async def ask(self, stage: Stage) -> StageAnswer | None:
        """Return the user's answer; None gives up."""
        ...
