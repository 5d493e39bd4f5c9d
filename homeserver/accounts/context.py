"""What the verbs of this package need."""

from collections.abc import Callable
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
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions

ReservedNames: TypeAlias = Callable[[UserId], bool]
"""Tells whether a user id belongs to somebody else's namespace, such as an application service's."""


@dataclass(frozen=True, slots=True)
class AccountHooks:
    """What other packages want to be asked; the composition root fills the lists."""

    reserved_names: list[ReservedNames] = field(default_factory=list)


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
    stages: dict[str, Stage] = field(default_factory=dict)
