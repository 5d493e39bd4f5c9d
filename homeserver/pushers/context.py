"""What the verbs of this package need."""

from collections import Counter
from dataclasses import dataclass, field

from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.fanout.shares import WorkCall
from homeserver.mail.context import MailContext
from homeserver.outgoing.json_client import JsonClient
from homeserver.push.context import PushContext
from homeserver.pushers.vapid import Vapid
from homeserver.rooms.context import RoomsContext
from homeserver.storage.db import Database
from homeserver.storage.positions import Positions
from homeserver.storage.push_queue import Backlog
from homeserver.sync.context import SyncContext


@dataclass(slots=True)
class Tally:
    """Numbers for /metrics: what became of deliveries, by kind and outcome, and what waits."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    backlog: Backlog = field(default_factory=Backlog)


@dataclass(frozen=True, slots=True)
class PushersContext:
    """The dependencies of pushers.

    `due` is set when one of those of this worker's shares may have something to tell.
    """

    settings: Settings
    rooms: RoomsContext
    push: PushContext
    sync: SyncContext
    mail: MailContext
    outgoing: JsonClient
    vapid: Vapid
    due: WorkCall
    tally: Tally = field(default_factory=Tally)

    @property
    def clock(self) -> Clock:
        return self.rooms.clock

    @property
    def db(self) -> Database:
        return self.rooms.db

    @property
    def positions(self) -> Positions:
        return self.rooms.positions
