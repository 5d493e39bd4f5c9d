"""What the services of push rules work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from homeserver.push.user_rules import RulesOfUsers
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions
from homeserver.tailer import Tailer


@dataclass(frozen=True, slots=True)
class PushContext:
    """The dependencies of every verb in this package, put together once at start."""

    db: Database
    positions: Positions
    rules: RulesOfUsers


@asynccontextmanager
async def open_push(db: Database, positions: Positions, tailer: Tailer) -> AsyncIterator[PushContext]:
    """Build the cache of rules, and let the tailer keep it current."""
    rules = RulesOfUsers(db)
    tailer.subscribe(rules.apply, reset=rules.clear)
    yield PushContext(db, positions, rules)
