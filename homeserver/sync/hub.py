"""The hub: who waits for news, and waking them.

A waiter registers before it reads, so nothing committed after its read is missed. Waking carries no data. A
large room's waiters are woken in slices, so that requests between them are not kept waiting.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from homeserver.fanout.ports import Fanout
from homeserver.storage.positions import LogEntry, Stream
from homeserver.tailer import Batch

WAKES_PER_SLICE = 64
IDLE_SECONDS = 120.0
MAX_DELAYS = 1_000
ROOM_KINDS = Stream.EVENTS | Stream.RECEIPTS | Stream.ROOM_META | Stream.PROFILES | Stream.DEVICE_LISTS

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Waiter:
    """One long-poll or WebSocket of a user. `woken` is set when there may be something new.

    `peeks_into` is a room that wakes this waiter alone, besides the rooms of its user. `woken_at` is
    when it was woken, by the monotonic clock.
    """

    user_nid: int
    peeks_into: int | None = None
    woken: bool = False
    woken_at: float = 0.0
    future: "asyncio.Future[None] | None" = None

    def wake(self) -> None:
        self.woken = True
        if self.future is not None and not self.future.done():
            self.future.set_result(None)

    async def wait(self, timeout_s: float) -> bool:
        """Wait until woken, or until the time is over; say whether it was woken."""
        if not self.woken and timeout_s > 0:
            loop = asyncio.get_running_loop()
            self.future = loop.create_future()
            timer = loop.call_later(timeout_s, _expire, self.future)
            try:
                await self.future
            finally:
                timer.cancel()
                self.future = None
        woken, self.woken = self.woken, False
        return woken


def _expire(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


@dataclass(slots=True, eq=False)
class Watch:
    """A user with waiters, or who had some a moment ago, and the rooms that wake them."""

    rooms: frozenset[int]
    waiters: set[Waiter] = field(default_factory=set)
    idle_since: float = 0.0


class Hub:
    """Knows which users of this worker wait, by room."""

    def __init__(self, fanout: Fanout) -> None:
        self._fanout = fanout
        self._watches: dict[int, Watch] = {}
        self._by_room: dict[int, set[int]] = {}
        self._peeking: dict[int, set[Waiter]] = {}
        self._to_wake: deque[Waiter] = deque()
        self._waking = False
        self.delays_s: deque[float] = deque(maxlen=MAX_DELAYS)

    def register(self, user_nid: int, rooms: Mapping[int, object], peeks_into: int | None = None) -> Waiter:
        """Wake this user whenever one of these rooms, or the user, changes."""
        waiter = Waiter(user_nid, peeks_into)
        if peeks_into is not None:
            self._peeking.setdefault(peeks_into, set()).add(waiter)
        watch = self._watches.get(user_nid)
        if watch is None:
            watch = self._watches[user_nid] = Watch(frozenset())
            self._fanout.watch_user(user_nid, watched=True)
        watch.waiters.add(waiter)
        self.watch_rooms(user_nid, rooms)
        return waiter

    def unregister(self, waiter: Waiter) -> None:
        if waiter.peeks_into is not None:
            _discard(self._peeking, waiter.peeks_into, waiter)
        watch = self._watches.get(waiter.user_nid)
        if watch is not None:
            watch.waiters.discard(waiter)
            if not watch.waiters:
                watch.idle_since = asyncio.get_running_loop().time()

    def watch_rooms(self, user_nid: int, rooms: Mapping[int, object]) -> None:
        """Say which rooms concern a user now."""
        watch = self._watches[user_nid]
        if len(watch.rooms) == len(rooms) and watch.rooms == rooms.keys():
            return
        wanted = frozenset(rooms)
        for room_nid in watch.rooms - wanted:
            self._leave(room_nid, user_nid)
        for room_nid in wanted - watch.rooms:
            self._enter(room_nid, user_nid)
        watch.rooms = wanted

    def note_delivery(self, waiter: Waiter) -> None:
        """Note that a waiter has been given what it was woken for: how long that took goes to `delays_s`."""
        if waiter.woken_at:
            self.delays_s.append(monotonic() - waiter.woken_at)
            waiter.woken_at = 0.0

    def count_online(self) -> int:
        """Return how many users wait on this worker, or did a moment ago."""
        return len(self._watches)

    def count_watchers(self, room_nid: int) -> int:
        """Return how many users of this worker watch a room."""
        return len(self._by_room.get(room_nid, ()))

    def apply(self, batch: Batch) -> None:
        """Wake everybody whom a commit concerns, once those who wait for the commit are answered."""
        asyncio.get_running_loop().call_soon(self._wake_concerned, batch.entry)

    def _wake_concerned(self, entry: LogEntry) -> None:
        users = set(entry.users)
        if entry.kinds & ROOM_KINDS:
            for room_nid in entry.rooms:
                users.update(self._by_room.get(room_nid, ()))
                self._wake(self._peeking.get(room_nid, ()))
        self.wake_users(users)

    def wake_room(self, room_nid: int) -> None:
        """Wake the watchers of a room, for what no position tells: typing."""
        self._wake(self._peeking.get(room_nid, ()))
        self.wake_users(self._by_room.get(room_nid, ()))

    def wake_users(self, user_nids: Iterable[int]) -> None:
        for user_nid in user_nids:
            watch = self._watches.get(user_nid)
            if watch is not None:
                self._wake(watch.waiters)

    def wake_everybody(self) -> None:
        self.wake_users(list(self._watches))

    def forget_idle(self, now: float) -> None:
        """Drop users who have not waited for a while."""
        for user_nid, watch in list(self._watches.items()):
            if not watch.waiters and now - watch.idle_since > IDLE_SECONDS:
                for room_nid in watch.rooms:
                    self._leave(room_nid, user_nid)
                del self._watches[user_nid]
                self._fanout.watch_user(user_nid, watched=False)

    def _wake(self, waiters: Iterable[Waiter]) -> None:
        now = monotonic()  # the event loop's own clock counts in milliseconds
        for waiter in waiters:
            if not waiter.woken:
                waiter.woken = True
                waiter.woken_at = now
                self._to_wake.append(waiter)
        if self._to_wake and not self._waking:
            self._waking = True
            asyncio.get_running_loop().call_soon(self._wake_slice)

    def _wake_slice(self) -> None:
        for _ in range(min(WAKES_PER_SLICE, len(self._to_wake))):
            self._to_wake.popleft().wake()
        if self._to_wake:
            asyncio.get_running_loop().call_soon(self._wake_slice)
        else:
            self._waking = False

    def _enter(self, room_nid: int, user_nid: int) -> None:
        watching = self._by_room.get(room_nid)
        if watching is None:
            watching = self._by_room[room_nid] = set()
            self._fanout.watch_room(room_nid, watched=True)
        watching.add(user_nid)

    def _leave(self, room_nid: int, user_nid: int) -> None:
        _discard(self._by_room, room_nid, user_nid)
        if room_nid not in self._by_room:
            self._fanout.watch_room(room_nid, watched=False)


def _discard(members: dict[int, set[T]], room_nid: int, member: T) -> None:
    """Take a member out of a room's set, and the set away when it is empty."""
    found = members.get(room_nid)
    if found is not None:
        found.discard(member)
        if not found:
            del members[room_nid]
