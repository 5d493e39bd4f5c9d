"""What timelines need of their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


class Permissions(Protocol):
    """What the account may do in one room, and what others may."""

    def may_send(self, event_type: str) -> bool: ...

    def may_state(self, event_type: str) -> bool: ...

    def may_redact(self) -> bool:
        """Whether the account may remove what others sent."""
        ...

    def level_of(self, user_id: str) -> float: ...

    @property
    def redact_level(self) -> float: ...


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


class SendQueue(Protocol):
    """The outbox."""

    def pending(self, room_id: str) -> Iterable[Pending]:
        """Give what is on its way out of a room, oldest first."""
        ...


class Texts(Protocol):
    """What is done with text that others wrote. (`core.text` does it.)"""

    def html(self, formatted_body: str) -> str:
        """Give safe HTML; empty where nothing is left."""
        ...

    def without_reply(self, body: str) -> str:
        """Give a body without the quotation that old clients put before an answer."""
        ...

    def only_emoji(self, body: str) -> bool: ...

    def links(self, body: str, html: str) -> tuple[str, ...]:
        """Give web addresses that may be previewed, at most three, in order."""
        ...

    def name(self, name: str) -> str:
        """Give a name, or a file name, on one line, without what turns the direction of writing."""
        ...

    def line(self, text: str) -> str:
        """Give text as one line of at most 200 characters."""
        ...
