"""What timelines need of their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.values import SendState


class Decryption(Protocol):
    """Encryption, as far as reading goes. (`client.crypto` is one.)"""

    async def decrypt_events(
        self, room_id: str, events: Sequence[ReadonlyJsonObject]
    ) -> Sequence[ClearEvent]:
        """Give one event for each, in the same order; those that are not encrypted as they are."""
        ...


@dataclass(frozen=True, slots=True)
class Pending:
    """Something of the send queue, as far as a timeline shows it."""

    txn_id: str
    event_type: str
    content: ReadonlyJsonObject
    """As it was before encryption, `m.relates_to` included; of a redaction with `redacts`."""
    at_ms: int
    state: SendState
    error_word: str = ""
    event_id: str | None = None
    """Once the server has answered; the event itself comes by sync."""
    encrypted: bool = False
