"""What the verbs of this package need, and how it is opened and closed."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from federation.protocol.ids import ServerName, UserId
from homeserver.accounts.access_tokens import AccessTokens
from homeserver.accounts.last_seen import LastSeen
from homeserver.accounts.passwords import Passwords
from homeserver.accounts.remote_profiles import NoRemoteProfiles, RemoteProfiles
from homeserver.accounts.token_keys import load_token_keys
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
    """The dependencies of everything that is done to accounts."""

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


@asynccontextmanager
async def open_accounts(
    settings: Settings,
    server_name: ServerName,
    clock: Clock,
    db: Database,
    positions: Positions,
    elsewhere: RemoteProfiles | None = None,
) -> AsyncIterator[AccountsContext]:
    """Load the token keys, run the background work, and end it again."""
    keys = await load_token_keys(db, clock)
    tokens = AccessTokens(keys, server_name, clock, db, settings.auth.access_token_lifetime)
    passwords = Passwords(settings.auth.password_hash)
    last_seen = LastSeen(db, clock)
    last_seen.start()
    try:
        yield AccountsContext(
            settings, server_name, clock, db, positions, passwords, tokens, last_seen, AccountHooks(),
            elsewhere or NoRemoteProfiles(),
        )  # fmt: skip
    finally:
        await last_seen.stop()
        passwords.close()
