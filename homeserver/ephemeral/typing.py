"""Who is typing where, kept in memory: an entry lives until its deadline unless it is renewed.

Spec: https://spec.matrix.org/v1.19/client-server-api/#typing-notifications
"""

from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Final, Protocol, TypeAlias

from federation.protocol.ids import UserId
from homeserver.clock import Clock
from homeserver.ephemeral.deadlines import Deadlines
from homeserver.fanout.ports import Fanout, Message, Topic

MAX_TYPING_PER_ROOM: Final = 200
"""Further ones are not shown: nobody reads a longer list, and each change of it goes to every member."""

MAX_REMEMBERED_ROOMS: Final = 20_000

OnTyping: TypeAlias = Callable[[int], None]


class Typing(Protocol):
    """What syncs and services need to know of typing, wherever it is kept."""

    def start_typing(self, room_nid: int, user_nid: int, user_id: UserId, timeout_ms: int) -> None:
        """Show a user as typing for `timeout_ms` from now."""

    def stop_typing(self, room_nid: int, user_nid: int) -> None:
        """Show a user as not typing."""

    def has_left(self, room_nid: int, user_nid: int) -> None:
        """Note that a user is no longer in a room."""

    def current(self, room_nid: int) -> list[UserId]:
        """Return who is typing in a room, in the order in which they began."""

    def typing_nids(self, room_nid: int) -> Collection[int]:
        """Return the numbers of those who are typing in a room."""

    def version(self, room_nid: int) -> int:
        """Return the stamp of the last change in a room."""

    def changed_since(self, stamp: int, room_nids: Collection[int]) -> list[int]:
        """Return those of the rooms in which something may have changed after a stamp."""

    def on_change(self, listener: OnTyping) -> Callable[[], None]:
        """Call `listener` with every room in which somebody begins or stops; return what ends that."""


class TypingInMemory:
    """Typing as this worker remembers it: every worker is told of all of it, in the same order."""

    def __init__(self, clock: Clock, fanout: Fanout) -> None:
        self._clock = clock
        self._fanout = fanout
        self._stamps = stamps = fanout.stamps
        self._rooms: dict[int, dict[int, UserId]] = {}
        self._versions: OrderedDict[int, int] = OrderedDict()
        self._forgotten_upto = stamps.floor
        self._listeners: list[OnTyping] = []
        self._deadlines: Deadlines[tuple[int, int]] = Deadlines(clock, self.expire)
        fanout.on_message(Topic.TYPING, self._take)

    def start_typing(self, room_nid: int, user_nid: int, user_id: UserId, timeout_ms: int) -> None:
        news = {"room": room_nid, "user": user_nid, "id": user_id, "for_ms": timeout_ms}
        self._fanout.tell_in_order(Topic.TYPING, news)

    def stop_typing(self, room_nid: int, user_nid: int) -> None:
        if user_nid in self._rooms.get(room_nid, {}):
            self._fanout.tell_in_order(Topic.TYPING, {"room": room_nid, "user": user_nid})

    def has_left(self, room_nid: int, user_nid: int) -> None:
        """Show a user as not typing, which the other workers find out by themselves."""
        self._stop(room_nid, user_nid, self._stamps.next())

    def current(self, room_nid: int) -> list[UserId]:
        return list(self._rooms.get(room_nid, {}).values())

    def typing_nids(self, room_nid: int) -> Collection[int]:
        return self._rooms.get(room_nid, {}).keys()

    def version(self, room_nid: int) -> int:
        return self._versions.get(room_nid, self._forgotten_upto)

    def changed_since(self, stamp: int, room_nids: Collection[int]) -> list[int]:
        return [room_nid for room_nid in room_nids if self.version(room_nid) > stamp]

    def on_change(self, listener: OnTyping) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def expire(self) -> None:
        """Remove those whose time is over; the timer calls this."""
        for room_nid, user_nid in self._deadlines.pop_due():
            self._stop(room_nid, user_nid, self._stamps.next())

    def stop(self) -> None:
        """End the timer."""
        self._deadlines.stop()

    def _take(self, message: Message) -> None:
        news = message.body
        if "for_ms" in news:
            self._start(news["room"], news["user"], news["id"], news["for_ms"], message.stamp)
        else:
            self._stop(news["room"], news["user"], message.stamp)

    def _start(self, room_nid: int, user_nid: int, user_id: UserId, timeout_ms: int, stamp: int) -> None:
        users = self._rooms.get(room_nid, {})
        if user_nid not in users and len(users) >= MAX_TYPING_PER_ROOM:
            return
        self._deadlines.set((room_nid, user_nid), self._clock.monotonic() + timeout_ms / 1000)
        if user_nid not in users:
            self._rooms.setdefault(room_nid, {})[user_nid] = user_id
            self._changed(room_nid, stamp)

    def _stop(self, room_nid: int, user_nid: int, stamp: int) -> None:
        self._deadlines.discard((room_nid, user_nid))
        users = self._rooms.get(room_nid)
        if users is None or users.pop(user_nid, None) is None:
            return
        if not users:
            del self._rooms[room_nid]
        self._changed(room_nid, stamp)

    def _changed(self, room_nid: int, stamp: int) -> None:
        self._versions[room_nid] = stamp
        self._versions.move_to_end(room_nid)
        if len(self._versions) > MAX_REMEMBERED_ROOMS:
            _, self._forgotten_upto = self._versions.popitem(last=False)
        for listener in self._listeners:
            listener(room_nid)
