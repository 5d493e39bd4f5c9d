"""Tell of what is new, and take it back once it has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from client_desktop.core.changes import Changes, NotificationRaised, NotificationWithdrawn
from client_desktop.core.push.rules import Outcome
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.preview import preview
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.values import Notification, RoomKind, RoomSummary

MOST_AT_ONCE = 5
"""Of one room: after a night without a network nobody wants a hundred."""
MAX_BODY = 200


@dataclass(slots=True)
class Notifier:
    """Knows what was told and is still to be taken back."""

    me: str
    changes: Changes
    facts: Callable[[str], RoomFacts]
    summary: Callable[[str], RoomSummary | None]
    hide_content: bool = False
    watched: tuple[str, str] | None = None
    """Room and thread that the user is looking at."""
    _told: dict[str, set[str]] = field(default_factory=dict)
    """Room to events."""

    def tell(self, room_id: str, news: Iterable[tuple[Event, Outcome]]) -> None:
        """Tell of events that notify and have not been read, at most a few, the newest."""
        for event, outcome in list(news)[-MOST_AT_ONCE:]:
            if self.watched == (room_id, event.thread_root):
                continue
            self._told.setdefault(room_id, set()).add(event.event_id)
            self.changes.publish(NotificationRaised(self.me, self._of_message(event, outcome)))

    def invited(self, room: RoomSummary, outcome: Outcome) -> None:
        """Tell of an invitation."""
        inviter = room.invite.inviter_name if room.invite else ""
        self._told.setdefault(room.room_id, set()).add("")
        notification = Notification(
            account=self.me,
            room_id=room.room_id,
            event_id="",
            title=inviter or room.name,
            body="" if self.hide_content else room.name[:MAX_BODY],
            avatar_url=room.avatar_url,
            sound=bool(outcome.sound),
            highlight=outcome.highlight,
            can_reply=False,
            at_ms=room.last_at_ms,
        )
        self.changes.publish(NotificationRaised(self.me, notification))

    def told(self, room_id: str) -> set[str]:
        """Give the events of a room that were told of and not taken back."""
        return self._told.get(room_id, set())

    def keep(self, room_id: str, unread: set[str]) -> None:
        """Take back what was told of a room once nothing of it waits any more."""
        told = self._told.get(room_id)
        if told is not None and not told & unread:
            del self._told[room_id]
            self.changes.publish(NotificationWithdrawn(self.me, room_id))

    def _of_message(self, event: Event, outcome: Outcome) -> Notification:
        room = self.facts(event.room_id)
        summary = self.summary(event.room_id)
        sender = room.person(event.sender)
        name = summary.name if summary else ""
        direct = summary is None or summary.kind is RoomKind.DIRECT or not name
        return Notification(
            account=self.me,
            room_id=event.room_id,
            event_id=event.event_id,
            title=sender.name if direct else f"{sender.name} · {name}",
            body="" if self.hide_content else preview(event, (), room).text[:MAX_BODY],
            avatar_url=sender.avatar_url,
            sound=bool(outcome.sound),
            highlight=outcome.highlight,
            can_reply=room.permissions.may_send("m.room.message"),
            at_ms=event.at_ms,
        )
