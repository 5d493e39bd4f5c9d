"""What is on its way out, and files on their way in or out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SendState(StrEnum):
    SENT = "sent"
    QUEUED = "queued"
    """Waits: for an earlier one, for keys, or for the network."""
    SENDING = "sending"
    FAILED = "failed"
    """Will not be tried again by itself."""


@dataclass(frozen=True, slots=True)
class SendItem:
    """One entry of a room's send queue."""

    txn_id: str
    room_id: str
    event_type: str
    state: SendState
    error_word: str
    """Which text says why it failed: `error.<word>`; empty while it has not."""
    can_retry: bool
    progress: float | None
    """Of its upload, 0 to 1; None where nothing is uploaded."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Progress of one file."""

    transfer_id: str
    """The transaction id of an upload, the mxc URI of a download."""
    upload: bool
    done_bytes: int
    total_bytes: int | None
    finished: bool
    error_word: str
