"""What the send queue needs of its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.outbox.contents.messages import Written


class Encryption(Protocol):
    """Encryption of events. (`client.crypto` is one.)"""

    def is_encrypted(self, room_id: str) -> bool:
        """Whether what is said in a room has to be encrypted."""
        ...

    async def encrypt(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> tuple[str, ReadonlyJsonObject]:
        """Give type and content of the event that carries this one, keys sent to whom they belong.

        Raises: ClientError.
        """
        ...


class Markdown(Protocol):
    """Who understands what people write. (`core.text` does it.)"""

    def __call__(self, text: str, /) -> Written: ...


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """What the store knows of an event that ours relates to."""

    type: str
    sender: str
    content: ReadonlyJsonObject
    """In its newest form."""
    thread_root: str
    """Empty in the main timeline."""


class KnowsRoom(Protocol):
    """Who tells whether the state of a room is here. (`client.rooms` does.)"""

    def __call__(self, room_id: str, /) -> bool: ...


class KnownEvents(Protocol):
    """What the store knows of a room's events. (`core.timeline` does it.)"""

    def event(self, room_id: str, event_id: str) -> KnownEvent | None: ...

    def latest_in_thread(self, room_id: str, root_id: str) -> str | None:
        """Give the newest event of a thread; None where only its root is known."""
        ...


class Uploaded(Protocol):
    """Who keeps what went up, so that it need not come down again. (`client.media` does it.)"""

    async def keep(self, url: str, path: Path) -> None: ...


class NoEncryption:
    """Everything is said in clear."""

    def is_encrypted(self, room_id: str) -> bool:
        return False

    async def encrypt(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> tuple[str, ReadonlyJsonObject]:
        return event_type, content


class NothingKnown:
    """No event is known."""

    def event(self, room_id: str, event_id: str) -> KnownEvent | None:
        return None

    def latest_in_thread(self, room_id: str, root_id: str) -> str | None:
        return None


class NothingKept:
    """What went up is forgotten."""

    async def keep(self, url: str, path: Path) -> None:
        return None


def plain_text(text: str) -> Written:
    """Understand nothing: every sign is itself."""
    return Written(text)


def every_room(room_id: str) -> bool:
    """Take every room for known."""
    return True
