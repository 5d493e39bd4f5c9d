"""Whether a user may see an event: the rules, without any reading.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.json_types import JsonObject

VISIBILITIES: Final = frozenset({"world_readable", "shared", "invited", "joined"})
SHARED: Final = "shared"
NEVER: Final = -1


def visibility_of(content: JsonObject) -> str:
    """Return the visibility that an event's content sets; what is not understood is `shared`."""
    visibility = content.get("history_visibility")
    return visibility if isinstance(visibility, str) and visibility in VISIBILITIES else SHARED


class Timetable:
    """The values that something had, each from a position on."""

    __slots__ = ("_positions", "_values", "default")

    def __init__(self, changes: Sequence[tuple[int, str]], default: str) -> None:
        self._positions = [position for position, _ in changes]
        self._values = [value for _, value in changes]
        self.default = default

    def after(self, position: int) -> str:
        """Return the value after what happened at a position."""
        index = bisect_right(self._positions, position)
        return self._values[index - 1] if index else self.default


@dataclass(frozen=True, slots=True)
class ViewedRoom:
    """The past of a room's main line, as far as it decides on what one user may see.

    `last_join` and `last_join_topo` say where the user's newest membership `join` stands.
    """

    visibility: Timetable
    membership: Timetable
    last_join: int = NEVER
    last_join_topo: int = NEVER


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The state of the room before an event, and whether the user joined at any point after it."""

    visibility: str
    membership: str
    joined_later: bool


def may_see(
    at: Circumstances, *, new_visibility: str | None = None, new_membership: str | None = None
) -> bool:
    """Decide on an event.

    `new_visibility` is given where the event itself sets the visibility, `new_membership` where it sets the
    user's own membership: then what is allowed before or after it is enough.
    """
    if _allows(at.visibility, at.membership, joined_later=at.joined_later):
        return True
    if new_visibility is not None:
        return _allows(new_visibility, at.membership, joined_later=at.joined_later)
    if new_membership is not None:
        return _allows_own_membership(at, new_membership)
    return False


def _allows(visibility: str, membership: str, *, joined_later: bool) -> bool:
    # 1. If the `history_visibility` was set to `world_readable`, allow.
    if visibility == "world_readable":
        return True
    # 2. If the user's `membership` was `join`, allow.
    if membership == "join":
        return True
    # 3. If `shared`, and the user joined the room at any point after the event was sent, allow.
    if visibility == "shared" and joined_later:
        return True
    # 4. If the user's `membership` was `invite`, and the visibility `invited`, allow. 5. Otherwise, deny.
    return visibility == "invited" and membership == "invite"


def _allows_own_membership(at: Circumstances, membership: str) -> bool:
    if _allows(at.visibility, membership, joined_later=at.joined_later):
        return True
    # Without the end of an invite or knock, a client would show it forever.
    return at.membership in ("invite", "knock") and membership in ("leave", "ban")
