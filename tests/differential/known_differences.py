"""Where Synapse is known to differ from the specification, or to be broken by what it accepts.

A graph is compared up to the first such difference, since the two go separate ways from there.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from federation.protocol.canonical_json import MAX_INTEGER
from homeserver.json_types import JsonObject
from tests.differential.graph import Verdict

CRASHES: Final = ("TypeError", "ValueError", "AttributeError", "IndexError")

Known: TypeAlias = Callable[[JsonObject, Verdict, Verdict], bool]


def is_known(event: JsonObject, ours: Verdict, theirs: Verdict) -> bool:
    """Tell whether two verdicts on an event differ for a reason that is not ours to mend."""
    return any(known(event, ours, theirs) for known in KNOWN_DIFFERENCES)


def is_known_crash(reason: str) -> bool:
    """Tell whether Synapse failed on a power level that is no number, or on levels that are no object."""
    return reason.startswith(CRASHES) or "Not a valid power level" in reason


def _unfederatable_target(_event: JsonObject, ours: Verdict, theirs: Verdict) -> bool:
    """In a room that is not federated, Synapse also looks at the target's server, and takes any value of
    `m.federate` but true for false. The specification looks at the sender's server, and at false."""
    return ours.outcome == "accepted" and "marked as unfederatable" in theirs.reason


def _depth_of_old_rooms(event: JsonObject, _ours: Verdict, theirs: Verdict) -> bool:
    """Synapse limits depth to 2^53 - 1 everywhere, the specification in room versions 1 to 5 to 2^63 - 1."""
    depth = event.get("depth")
    return "Depth too large" in theirs.reason and isinstance(depth, int) and depth > MAX_INTEGER


def _redaction_of_nothing(event: JsonObject, _ours: Verdict, theirs: Verdict) -> bool:
    """In room versions 1 and 2, Synapse allows everybody a redaction that names no event."""
    of_nothing = not isinstance(event.get("redacts"), str)
    return event.get("type") == "m.room.redaction" and of_nothing and theirs.outcome == "accepted"


def _unreadable_level(_event: JsonObject, _ours: Verdict, theirs: Verdict) -> bool:
    """Before room version 10, the first power levels may hold what is no number. Synapse then fails whenever
    it looks at that level, we take the default."""
    return theirs.outcome == "rejected" and is_known_crash(theirs.reason)


def _odd_group_of_levels(event: JsonObject, ours: Verdict, _theirs: Verdict) -> bool:
    """Before room version 10, Synapse takes an empty text or list for an object without levels."""
    content = event.get("content")
    levels = content if isinstance(content, dict) else {}
    is_odd = any(levels.get(group, {}) in ("", []) for group in ("events", "notifications"))
    return is_odd and ours.reason.startswith("power_levels_format")


def _content_that_is_a_number(event: JsonObject, ours: Verdict, _theirs: Verdict) -> bool:
    """Before room version 6, Synapse takes a message whose content is a number."""
    return isinstance(event.get("content"), int | float) and ours.outcome == "dropped"


KNOWN_DIFFERENCES: Final[tuple[Known, ...]] = (
    _unfederatable_target,
    _depth_of_old_rooms,
    _redaction_of_nothing,
    _unreadable_level,
    _odd_group_of_levels,
    _content_that_is_a_number,
)
