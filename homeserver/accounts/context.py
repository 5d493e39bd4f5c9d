"""What the verbs of this package need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from federation.protocol.ids import ServerName, UserId
from homeserver.accounts.access_tokens import AccessTokens
from homeserver.accounts.last_seen import LastSeen
from homeserver.accounts.passwords import Passwords
from homeserver.accounts.remote_profiles import RemoteProfiles
from homeserver.accounts.stages import Stage
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.mail.context import MailContext
from homeserver.storage.db import Database
from homeserver.storage.positions import Change, Positions

ReservedNames: TypeAlias = Callable[[UserId], bool]
"""Tells whether a user id belongs to somebody else's namespace, such as an application service's."""


AbsentUsers: TypeAlias = Callable[[UserId], Awaitable[None]]
"""Has a user of this server made who is not there, by an application service that answers for the name."""

OnNewAccount: TypeAlias = Callable[[Change, int, UserId], Awaitable[None]]
"""Does what belongs to a new account, in the transaction that makes it; given the user's number and id."""


@dataclass(frozen=True, slots=True)
class AccountHooks:
    """What other packages want to be asked or told; they fill the lists when they are opened."""

    reserved_names: list[ReservedNames] = field(default_factory=list)
    absent_users: list[AbsentUsers] = field(default_factory=list)
    new_accounts: list[OnNewAccount] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AccountsContext:
    """The dependencies of everything that is done to accounts.

    `stages` are those of user-interactive authentication, by their type; packages that know more add theirs.
    """

    settings: Settings
    server_name: ServerName
    clock: Clock
    db: Database
    positions: Positions
    passwords: Passwords
    tokens: AccessTokens
    last_seen: LastSeen
    hooks: AccountHooks
    elsewhere: RemoteProfiles
    mail: MailContext
    stages: dict[str, Stage] = field(default_factory=dict)
