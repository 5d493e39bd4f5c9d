"""What becomes of an event that somebody else signed."""

from dataclasses import dataclass
from enum import Enum

from federation.protocol.ids import EventId


class Outcome(Enum):
    """What became of an event."""

    ACCEPTED = "accepted"
    SOFT_FAILED = "soft_failed"
    REJECTED = "rejected"
    KNOWN = "known"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome with its reason; `missing` names the events that have to come first."""

    outcome: Outcome
    reason: str = ""
    missing: tuple[EventId, ...] = ()
