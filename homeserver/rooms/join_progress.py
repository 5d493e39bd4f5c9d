"""How far rooms are that were joined before all their members were known."""

from dataclasses import dataclass, field

from federation.protocol.ids import RoomId


@dataclass(slots=True)
class JoinProgress:
    """One room: events dealt with, of how many (0: not known yet), and how often completing it has failed."""

    events: int = 0
    total: int = 0
    failures: int = 0


@dataclass(slots=True)
class JoinsUnderWay:
    """The rooms that are not complete, and how many have been completed since the start of this process."""

    progress: dict[RoomId, JoinProgress] = field(default_factory=dict)
    completed: int = 0
