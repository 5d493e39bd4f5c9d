"""What one step of following the server brings, whichever transport brought it.

Everything in here has been checked for its shape; that it is true is not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from client_desktop.core.json_types import JsonObject
from client_desktop.core.values import Membership


@dataclass(frozen=True, slots=True)
class RoomUpdate:
    """What is new in one room."""

    room_id: str
    membership: Membership | None
    """JOIN, INVITE, KNOCK, or LEAVE for whoever left, was removed or banned; None: as before."""
    state: tuple[JsonObject, ...] = ()
    """State as of the end of the timeline, to be written in this order; stripped where we are not joined."""
    removed_state: tuple[tuple[str, str], ...] = ()
    """(type, state key) that is no state any more."""
    whole_state: bool = False
    """`state` is all there is: what was known before counts no more."""
    timeline: tuple[JsonObject, ...] = ()
    limited: bool = False
    """Events are missing between what was known and `timeline`."""
    prev_batch: str | None = None
    """Token for what lies before `timeline`."""
    ephemeral: tuple[JsonObject, ...] = ()
    account_data: tuple[JsonObject, ...] = ()
    unread: int | None = None
    """Notifications as the server counts them, threads included; None: as before."""
    mentions: int | None = None
    heroes: tuple[str, ...] | None = None
    joined_members: int | None = None
    invited_members: int | None = None


@dataclass(frozen=True, slots=True)
class SyncBatch:
    """One step. Applied wholly, with `next_token`, or not at all."""

    next_token: str
    whole: bool = False
    """There was no token before: what the server remembers of this device is unknown."""
    all_rooms: frozenset[str] | None = None
    """Every room of the account, where that is certain now: it has no others."""
    rooms: dict[str, RoomUpdate] = field(default_factory=dict)
    account_data: tuple[JsonObject, ...] = ()
    presence: tuple[JsonObject, ...] = ()
    to_device: tuple[JsonObject, ...] = ()
    devices_changed: tuple[str, ...] = ()
    devices_left: tuple[str, ...] = ()
    one_time_keys: dict[str, int] | None = None
    """How many of each algorithm the server still has; None: nothing was said."""
    fallback_key_types: tuple[str, ...] | None = None
    """Algorithms whose fallback key is unused; None: nothing was said."""
    complete: bool = True
    """False while the transport still brings old rooms in pieces."""
