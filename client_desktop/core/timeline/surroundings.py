"""Everything around one event that its item shows."""

from __future__ import annotations

from dataclasses import dataclass

from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.values import ReadReceipt, SendState, ThreadSummary


@dataclass(frozen=True, slots=True)
class Surroundings:
    room: RoomFacts
    edits: tuple[Event, ...] = ()
    """Valid or not, local echoes last."""
    reactions: tuple[Event, ...] = ()
    references: tuple[Event, ...] = ()
    reply: Event | None = None
    """What it answers, where that is known."""
    reply_edits: tuple[Event, ...] = ()
    thread: ThreadSummary | None = None
    receipts: tuple[ReadReceipt, ...] = ()
    in_thread: str = ""
    """Which timeline it is shown in."""
    going: bool = False
    """Its redaction is on its way out."""
    send_state: SendState = SendState.SENT
    error_word: str = ""
