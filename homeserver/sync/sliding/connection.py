"""One connection of a client, as this worker remembers it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from homeserver.storage.sliding_connections import ConnectionKey, SentRoom
from homeserver.sync.hub import Waiter
from homeserver.sync.sliding.required_state import RequiredState

MAX_CONFIGS = 100
"""A connection that has asked for more different states than this begins anew."""
MAX_SEEN = 1_000
"""Stands for a room of which the client has all events."""
MAX_KNOWN_MEMBERS = 1_000


class Flag:
    """What a client was told of a room, beside its events and state: bits, as plain integers."""

    JOINED: Final = 1
    LEFT: Final = 2
    DIRECT: Final = 4
    ACCOUNT_DATA: Final = 8
    RECEIPTS: Final = 16


@dataclass(slots=True, eq=False)
class Turn:
    """A request that is being answered, until a later one of its connection takes over."""

    waiter: Waiter | None = None
    is_over: bool = False

    def end(self) -> None:
        self.is_over = True
        if self.waiter is not None:
            self.waiter.wake()


@dataclass(slots=True, eq=False)
class KnownMembers:
    """Which members a client that loads them lazily has, as of one of its positions.

    Forgetting is harmless: the client gets a member twice.
    """

    at: str = ""
    rooms: dict[int, frozenset[int]] = field(default_factory=dict)
    next_at: str = ""
    next_rooms: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def confirm(self, pos: str) -> None:
        """Take a position that the client has reached; one that this worker did not give forgets all."""
        if pos == self.next_at:
            self.at = pos
            self.rooms.update(self.next_rooms)
        elif pos != self.at:
            self.at, self.rooms = pos, {}
        self.next_at, self.next_rooms = "", {}

    def in_room(self, room_nid: int) -> frozenset[int]:
        return self.rooms.get(room_nid, frozenset())

    def give(self, pos: str, rooms: Mapping[int, frozenset[int]]) -> None:
        """Note the members that the client has of rooms once it reaches a position."""
        self.next_at = pos
        self.next_rooms = {
            nid: users if len(users) <= MAX_KNOWN_MEMBERS else frozenset() for nid, users in rooms.items()
        }


@dataclass(frozen=True, slots=True)
class Checked:
    """A request after which the client lacks nothing of any room, unless something happens there.

    It holds as long as the client goes on from the same answer, has the same rooms, and wants the same.
    """

    base: int
    version: int
    wanted: object


@dataclass(slots=True, eq=False)
class SlidingConnection:
    """What a client was sent up to the answer `base`, and the answers to that which it may have received.

    `configs` are the states that it wanted of rooms, by their codes; those in `stored` are in the database.
    """

    nid: int
    key: ConnectionKey
    since: int
    base: int
    rooms: dict[int, SentRoom]
    configs: dict[int, RequiredState] = field(default_factory=dict)
    stored: set[int] = field(default_factory=set)
    answers: dict[int, Mapping[int, SentRoom]] = field(default_factory=dict)
    members: KnownMembers = field(default_factory=KnownMembers)
    turn: Turn | None = None
    checked: Checked | None = None
    noted_at: float = 0.0

    def settle(self, ordinal: int) -> bool:
        """Go on from an answer that the client has received; False where this worker does not know it."""
        if ordinal != self.base:
            changed = self.answers.get(ordinal)
            if changed is None:
                return False
            self.rooms.update(changed)
            self.base = ordinal
            self.answers = {}
        return True

    def take_turn(self) -> Turn:
        """Begin to answer a request; the one that is being answered ends."""
        if self.turn is not None:
            self.turn.end()
        self.turn = Turn()
        return self.turn

    def add_configs(self, configs: Iterable[RequiredState]) -> None:
        for config in configs:
            self.configs.setdefault(config.code, config)
