"""The stages of user-interactive authentication: what clients send for one, and how it is judged.

A stage is an entry in `AccountsContext.stages`, by its type. Packages that know further ones add theirs when
they are opened.

Spec: https://spec.matrix.org/v1.19/client-server-api/#authentication-types
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import msgspec
import orjson

from homeserver.accounts.requester import Requester
from homeserver.json_types import JsonObject
from homeserver.storage.threepid_validations import Purpose
from homeserver.storage.uia import UiaSession

PASSWORD: Final = "m.login.password"
DUMMY: Final = "m.login.dummy"
REGISTRATION_TOKEN: Final = "m.login.registration_token"
TERMS: Final = "m.login.terms"
EMAIL: Final = "m.login.email.identity"
CAPTCHA: Final = "m.login.recaptcha"


class Identifier(msgspec.Struct):
    """Whose password it is: somebody's by name, or by an address that is tied to the account."""

    type: str
    user: str | None = None
    medium: str | None = None
    address: str | None = None


class ThreepidCreds(msgspec.Struct):
    """The validation of an address: its session, and the secret that the client made up for it."""

    sid: str
    client_secret: str


class AuthData(msgspec.Struct):
    """The `auth` member of a request's body."""

    type: str | None = None
    session: str | None = None
    identifier: Identifier | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None
    response: str | None = None
    threepid_creds: ThreepidCreds | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be authorised, by which flows.

    `name` is method and path; `essentials` is what must not change between the first request and the last.
    `email_purpose` is what the owner of an e-mail address must have agreed to where that is a stage.
    """

    name: str
    flows: Sequence[tuple[str, ...]]
    requester: Requester | None = None
    essentials: JsonObject = field(default_factory=dict)
    only_admin_tokens: bool = False
    email_purpose: Purpose | None = None

    @property
    def digest(self) -> str:
        """Name and essentials as a text of fixed length after the name."""
        essentials = orjson.dumps(self.essentials, option=orjson.OPT_SORT_KEYS)
        return f"{self.name} {hashlib.sha256(essentials).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a client sent to pass a stage of an operation."""

    operation: Operation
    session: UiaSession
    auth: AuthData


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage was passed. `proof` is what the operation must know of it, such as the registration token."""

    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stage was not passed, in the words of the standard error response."""

    errcode: str
    message: str


Outcome: TypeAlias = Passed | Refusal


async def _for_nobody(requester: Requester) -> bool:
    return False


def _no_params(operation: Operation, session: UiaSession) -> JsonObject:
    return {}


@dataclass(frozen=True, slots=True)
class Stage:
    """One kind of stage.

    Args:
        check: judges what a client sent. A stage that is passed elsewhere, on a web page, refuses here; its
            page calls `complete_stage`, and the client comes again with the session alone.
        params: what clients are told of the stage in every challenge; empty: nothing.
        proves_owner: whether this stage alone shows that the one who asks owns the account that is logged in.
            Each such stage is a flow of its own where the owner must be confirmed.
    """

    check: Callable[[Attempt], Awaitable[Outcome]]
    params: Callable[[Operation, UiaSession], JsonObject] = _no_params
    proves_owner: Callable[[Requester], Awaitable[bool]] = _for_nobody
