"""What changed: values that the engine publishes and view models listen to.

A change says what to look at again and is sent after the transaction that made it true. Those that carry
values carry immutable ones, so that another thread may keep them. They are structs, for twenty dataclasses
would be made in 12 ms of the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from client_desktop.core.values import (
        Notification,
        RoomSummary,
        SendItem,
        SyncState,
        TimelineOperation,
        Transfer,
        Verification,
    )


class Change(msgspec.Struct, frozen=True):
    """The root of all: which account it happened in."""

    account: str
    """The account's key: its user id; empty for what concerns no account."""


class AccountsChanged(Change, frozen=True):
    """An account was added, signed out or locked; read `engine.accounts` again."""


class SyncStateChanged(Change, frozen=True):
    state: SyncState


class RoomsChanged(Change, frozen=True):
    """Rooms that are new or look different in the list. One for a whole sync."""

    rooms: tuple[RoomSummary, ...]
    gone: tuple[str, ...] = ()
    """Ids of rooms that belong in the list no more (left and forgotten)."""


class RoomStateChanged(Change, frozen=True):
    """State of a room that is more than its summary: permissions, join rule, pins, image packs, servers."""

    room_id: str
    types: frozenset[str]


class MembersChanged(Change, frozen=True):
    room_id: str
    user_ids: frozenset[str]
    returned: frozenset[str] = frozenset()
    """Of those, who may have left and come back unseen: only their present membership is known."""


class TimelineChanged(Change, frozen=True):
    """What to do to the list of an open timeline, in this order; each sees what the one before left."""

    timeline: int
    """`Timeline.number`: which open timeline."""
    operations: tuple[TimelineOperation, ...]


class TypingChanged(Change, frozen=True):
    room_id: str
    user_ids: tuple[str, ...]


class PresenceChanged(Change, frozen=True):
    user_ids: frozenset[str]


class AccountDataChanged(Change, frozen=True):
    types: frozenset[str]
    room_id: str = ""


class ProfilesChanged(Change, frozen=True):
    """Names, pictures, presence messages of people, as the account's own profile too."""

    user_ids: frozenset[str]


class SendQueueChanged(Change, frozen=True):
    room_id: str
    items: tuple[SendItem, ...]
    """All that is waiting or failed in this room, oldest first."""


class DraftChanged(Change, frozen=True):
    """Something waits to be finished in a room, or no longer does."""

    room_id: str


class TransferChanged(Change, frozen=True):
    """Progress of an upload or download."""

    transfer: Transfer


class ExportChanged(Change, frozen=True):
    """How far the export of a room is."""

    number: int
    """As `client.exports.start` gave it."""
    messages: int
    """Written so far."""
    files: int
    fetched_pages: int = 0
    """While older messages are fetched, nothing is written yet."""
    finished: bool = False
    error_word: str = ""


class DevicesChanged(Change, frozen=True):
    """Devices or cross-signing keys of people changed; trust may have."""

    user_ids: frozenset[str]


class EncryptionStateChanged(Change, frozen=True):
    """Own verification, secret storage or key backup changed: read `client.crypto.state()` again."""


class RoomKeysReceived(Change, frozen=True):
    """Keys arrived: events of these rooms that could not be decrypted may be tried again."""

    room_id: str
    session_ids: frozenset[str]


class VerificationChanged(Change, frozen=True):
    verification: Verification


class NotificationRaised(Change, frozen=True):
    notification: Notification


class NotificationWithdrawn(Change, frozen=True):
    """What was notified in this room has been read, here or elsewhere."""

    room_id: str


Listener = Callable[[Change], None]


class Changes:
    """Hand changes to whoever listens, in order, on the engine's loop.

    A listener must return at once and may not raise; it runs between two steps of the engine.
    """

    def __init__(self) -> None:
        self._listeners: dict[type[Change], list[Listener]] = {}

    def listen(self, kind: type[Change], listener: Listener) -> Callable[[], None]:
        """Call `listener` with every change of this kind (`Change` for all); return what ends it."""
        listeners = self._listeners.setdefault(kind, [])
        listeners.append(listener)

        def stop() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return stop

    def publish(self, change: Change) -> None:
        """Tell those who listen to this kind, then those who listen to everything."""
        for listener in (*self._listeners.get(type(change), ()), *self._listeners.get(Change, ())):
            listener(change)
