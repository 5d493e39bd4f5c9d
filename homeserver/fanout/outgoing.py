"""What waits to be sent to other workers: one bundle, which grows while the one before is under way."""

from dataclasses import dataclass, field
from typing import Final

from homeserver.fanout.ports import Topic
from homeserver.json_types import JsonObject
from homeserver.storage.positions import LogEntry, Stream

MAX_MESSAGES: Final = 2_000
"""Older ones are dropped: they are about what is over by the time it could be sent."""
MAX_CONCERNED: Final = 500
"""Commits that concern more rooms and users than that are told to everybody."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    topic: Topic
    body: JsonObject
    in_order: bool


@dataclass(slots=True)
class Outgoing:
    """`rooms` and `users` of the commits since the last bundle; `everybody` where all are to look."""

    rooms: set[int] = field(default_factory=set)
    users: set[int] = field(default_factory=set)
    everybody: bool = False
    messages: list[OutgoingMessage] = field(default_factory=list)

    @property
    def has_commits(self) -> bool:
        return self.everybody or bool(self.rooms or self.users)

    def add_commit(self, entry: LogEntry) -> None:
        """Sessions that end concern every worker: any of them may have a token in its memory."""
        if self.everybody or entry.kinds & Stream.SESSIONS:
            self.everybody = True
            return
        self.rooms.update(entry.rooms)
        self.users.update(entry.users)
        self.everybody = len(self.rooms) + len(self.users) > MAX_CONCERNED

    def add_message(self, message: OutgoingMessage) -> None:
        if len(self.messages) >= MAX_MESSAGES:
            del self.messages[: MAX_MESSAGES // 10]
        self.messages.append(message)
