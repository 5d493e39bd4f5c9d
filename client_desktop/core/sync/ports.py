"""Who takes part when a batch is applied. Each is optional: what is not there does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from typing import Protocol

from client_desktop.core.events import ENCRYPTED, ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject


class CryptoPort(Protocol):
    """Encryption."""

    async def receive_sync(
        self,
        to_device: Sequence[ReadonlyJsonObject],
        device_lists: Mapping[str, Sequence[str]],
        otk_counts: Mapping[str, int] | None,
        fallback_types: Sequence[str] | None,
    ) -> None:
        """Take what concerns devices, before anything of the batch is decrypted, and keep it durably.

        `device_lists` has `changed` and `left`. None: the server said nothing about it this time. The same
        may come again after a crash: the token has not been stored yet.
        """
        ...

    async def decrypt_events(
        self, room_id: str, events: Sequence[ReadonlyJsonObject]
    ) -> Sequence[ClearEvent]:
        """Give one event for each, in the same order; those that are not encrypted as they are."""
        ...

    async def after_sync(self) -> None:
        """Do what needs the network, now that a batch is stored: upload keys, ask for devices.

        Sync goes on meanwhile; what came since is followed by another call.
        """
        ...

    def sync_restarted(self) -> None:
        """Hear that syncing begins anew, without the token before."""
        ...


class TimelinesPort(Protocol):
    """Timelines and receipts."""

    def write_sync(
        self,
        db: Connection,
        room_id: str,
        events: Sequence[ClearEvent],
        limited: bool,
        prev_batch: str | None,
        token: str,
    ) -> None:
        """Store a room's new events, inside the batch's transaction.

        `token`: the batch's, to page forward from its end.
        """
        ...

    def write_receipts(self, db: Connection, room_id: str, content: ReadonlyJsonObject) -> None:
        """Store what an `m.receipt` says, inside the batch's transaction."""
        ...

    def forget(self, db: Connection, room_id: str) -> None:
        """Delete everything of a room, inside the batch's transaction."""
        ...

    def publish(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        """Tell open timelines, after the transaction. Called too where only receipts came."""
        ...


class PeoplePort(Protocol):
    """Presence."""

    def receive_presence(self, events: Sequence[ReadonlyJsonObject]) -> None:
        """Take presence, after the transaction."""
        ...


class OutboxPort(Protocol):
    """The send queue."""

    def remote_echo(self, room_id: str, txn_id: str, event_id: str) -> None:
        """Take notice that what was sent has come back."""
        ...


class VerificationsPort(Protocol):
    """Verifications with people, whose messages come in rooms."""

    def note_room_events(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        """Look at a room's new events, after the transaction."""
        ...


class NoVerifications:
    """Nobody verifies anybody."""

    def note_room_events(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        return None


class NoCrypto:
    """Nothing can be decrypted."""

    async def receive_sync(
        self,
        to_device: Sequence[ReadonlyJsonObject],
        device_lists: Mapping[str, Sequence[str]],
        otk_counts: Mapping[str, int] | None,
        fallback_types: Sequence[str] | None,
    ) -> None:
        return None

    async def decrypt_events(
        self, room_id: str, events: Sequence[ReadonlyJsonObject]
    ) -> Sequence[ClearEvent]:
        return [undecrypted(event) for event in events]

    async def after_sync(self) -> None:
        return None

    def sync_restarted(self) -> None:
        return None


class NoTimelines:
    """Nothing of timelines is kept."""

    def write_sync(
        self,
        db: Connection,
        room_id: str,
        events: Sequence[ClearEvent],
        limited: bool,
        prev_batch: str | None,
        token: str,
    ) -> None:
        return None

    def write_receipts(self, db: Connection, room_id: str, content: ReadonlyJsonObject) -> None:
        return None

    def forget(self, db: Connection, room_id: str) -> None:
        return None

    def publish(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        return None


class NoPeople:
    """Nobody is there."""

    def receive_presence(self, events: Sequence[ReadonlyJsonObject]) -> None:
        return None


class NoOutbox:
    """Nothing is ever sent."""

    def remote_echo(self, room_id: str, txn_id: str, event_id: str) -> None:
        return None


def undecrypted(event: ReadonlyJsonObject) -> ClearEvent:
    """Give the event as it is, with a word for why where it is encrypted."""
    return ClearEvent(event, failure_word="failed" if event.get("type") == ENCRYPTED else "")
