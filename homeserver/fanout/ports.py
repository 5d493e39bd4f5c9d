"""What the rest of the server needs of the fan-out, whatever carries it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeAlias

import msgspec

from homeserver.fanout.shares import Shares
from homeserver.fanout.stamps import Stamps
from homeserver.json_types import JsonObject
from homeserver.storage.positions import LogEntry


class Topic(StrEnum):
    """What messages are about; every worker hears all of a topic."""

    TYPING = "typing"
    PRESENCE = "presence"
    RATES = "rates"
    WORK = "work"
    FIGURES = "figures"


class Message(msgspec.Struct, array_like=True, frozen=True):
    """One message as it travels. `stamp` is 0 where no order was asked for."""

    stamp: int
    worker: str
    topic: Topic
    body: JsonObject


Listener: TypeAlias = Callable[[Message], None]


class Fanout(Protocol):
    """A way to the other workers. Nothing here waits, and nothing fails: what cannot be sent is dropped."""

    worker: str
    """Which worker this is: a name that no other one has or had."""

    stamps: Stamps
    """The newest stamp that was seen here, and new ones for what no other worker hears of."""

    @property
    def shares(self) -> Shares:
        """Which part of the work in the background is this worker's."""

    @property
    def has_company(self) -> bool:
        """Whether there are other workers that can be reached."""

    def on_company(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the other workers whenever one has come or gone."""

    def publish(self, entry: LogEntry) -> None:
        """Tell the workers whom a commit concerns to look at the position log."""

    def on_wakeup(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever another worker may have committed something that matters here."""

    def watch_room(self, room_nid: int, *, watched: bool) -> None:
        """Say that commits in a room concern somebody who is connected here, or nobody any more."""

    def watch_user(self, user_nid: int, *, watched: bool) -> None:
        """Say that commits about a user concern somebody who is connected here, or nobody any more."""

    def tell(self, topic: Topic, body: JsonObject) -> None:
        """Send a message to all other workers."""

    def tell_in_order(self, topic: Topic, body: JsonObject) -> None:
        """Send a message to all workers, this one too, with a stamp above all before it.

        Stamps are milliseconds since 1970, or a little more. While nobody can be reached, this worker alone
        hears of it, with a stamp by its own clock.
        """

    def on_message(self, topic: Topic, listener: Listener) -> None:
        """Call `listener` with each message about a topic."""
