"""Who is there, kept in memory: nothing of it survives a restart, and nobody needs it to.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol, TypeAlias

from federation.protocol.ids import UserId
from homeserver.clock import Clock
from homeserver.ephemeral.deadlines import Deadlines
from homeserver.ephemeral.presence_state import (
    REMOTE_FOR_S,
    DevicePresence,
    PresenceState,
    RemotePresence,
    Shown,
    UserPresence,
    View,
    next_change,
    render_presence,
    view_of,
    what_to_show,
)
from homeserver.fanout.ports import Fanout, Message, Topic
from homeserver.json_types import JsonObject

MAX_USERS: Final = 50_000
TELL_EVERY_S: Final = 0.2
"""Changes are gathered for this long before syncs are woken for them."""

RENEW_VIEW_EVERY_S: Final = 60.0
VIEW_FOR_S: Final = 150.0
"""How long the word of another worker counts."""

TOLD_PER_S: Final = 1_000
"""Users of whom a new worker is told in a second."""

OnPresence: TypeAlias = Callable[[frozenset[int]], None]
PresenceContent: TypeAlias = dict[str, str | int | bool]


class Presence(Protocol):
    """What syncs and services need to know of presence, wherever it is kept."""

    def syncing(
        self, user_nid: int, user_id: UserId, device_nid: int | None, asked: PresenceState
    ) -> AbstractContextManager[None]:
        """Count a device as there while the block runs; `asked` is its sync's `set_presence`.

        One that asks for offline is not counted, and changes nothing.
        """

    def active(self, user_nid: int, device_nid: int | None) -> None:
        """Note that a user did something: sent an event or a receipt, or typed."""

    def put(
        self,
        user_nid: int,
        user_id: UserId,
        device_nid: int | None,
        state: PresenceState,
        status_msg: str | None,
    ) -> None:
        """Show a device in a state until it asks for another one, is used, or goes away."""

    def put_remote(self, user_nid: int, user_id: UserId, shown: RemotePresence) -> None:
        """Show a user of another server as that server does, until it says otherwise or is long silent."""

    def content(self, user_nid: int) -> PresenceContent | None:
        """Return the content of a user's `m.presence`, None where nothing is known."""

    def user_id(self, user_nid: int) -> UserId | None:
        """Return the id of a user of whom something is known."""

    def changed_since(self, stamp: int) -> list[int]:
        """Return the users whose presence changed after a stamp, the latest first."""

    def not_offline(self) -> list[int]:
        """Return the users who are there."""

    def on_change(self, listener: OnPresence) -> Callable[[], None]:
        """Call `listener` with the users whose presence changed, a few times a second at most.

        Return what ends that.
        """


class PresenceInMemory:
    """Presence as this worker remembers it: each worker tells all others how it sees its users' devices."""

    def __init__(self, clock: Clock, fanout: Fanout) -> None:
        self._clock = clock
        self._fanout = fanout
        self._stamps = fanout.stamps
        self._users: OrderedDict[int, UserPresence] = OrderedDict()
        self._listeners: list[OnPresence] = []
        self._untold: set[int] = set()
        self._telling: asyncio.TimerHandle | None = None
        self._deadlines: Deadlines[int] = Deadlines(clock, self.look_again)
        fanout.on_message(Topic.PRESENCE, self._take)
        fanout.on_company(self._company_changed)

    @contextmanager
    def syncing(
        self, user_nid: int, user_id: UserId, device_nid: int | None, asked: PresenceState
    ) -> Iterator[None]:
        if asked is PresenceState.OFFLINE:
            yield
            return
        device = self._sync_begins(user_nid, user_id, device_nid, asked)
        try:
            yield
        finally:
            device.polls -= 1
            device.seen = self._clock.monotonic()
            self._update(user_nid)

    def active(self, user_nid: int, device_nid: int | None) -> None:
        user = self._users.get(user_nid)
        if user is None:
            return
        user.last_active = self._clock.monotonic()
        if user.shown.currently_active:
            return
        device = user.devices.get(device_nid)
        if device is not None and device.state is PresenceState.UNAVAILABLE:
            device.state = PresenceState.ONLINE
        self._update(user_nid)

    def put(
        self,
        user_nid: int,
        user_id: UserId,
        device_nid: int | None,
        state: PresenceState,
        status_msg: str | None,
    ) -> None:
        user = self._user(user_nid, user_id)
        now = self._clock.monotonic()
        device = user.devices.setdefault(device_nid, DevicePresence(PresenceState.ONLINE, state, now))
        device.state, device.seen = state, now
        if state is PresenceState.ONLINE:
            user.last_active = now
        user.told = view_of(user, now)
        self._tell_view(user_nid, user, {"status": status_msg})
        self._update(user_nid)

    def put_remote(self, user_nid: int, user_id: UserId, shown: RemotePresence) -> None:
        self._fanout.tell_in_order(
            Topic.PRESENCE,
            {
                "user": user_nid, "id": user_id, "state": shown.state, "active": shown.currently_active,
                "ago_ms": shown.last_active_ago_ms, "status": shown.status_msg, "remote": True,
            },
        )  # fmt: skip

    def content(self, user_nid: int) -> PresenceContent | None:
        user = self._users.get(user_nid)
        return None if user is None else render_presence(user, self._clock.monotonic())

    def user_id(self, user_nid: int) -> UserId | None:
        user = self._users.get(user_nid)
        return None if user is None else user.user_id

    def changed_since(self, stamp: int) -> list[int]:
        changed: list[int] = []
        for user_nid in reversed(self._users):
            if self._users[user_nid].stamp <= stamp:
                break
            changed.append(user_nid)
        return changed

    def not_offline(self) -> list[int]:
        return [nid for nid, user in self._users.items() if user.shown.state is not PresenceState.OFFLINE]

    def on_change(self, listener: OnPresence) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def look_again(self) -> None:
        """Update those whom time has changed; the timer calls this."""
        for user_nid in self._deadlines.pop_due():
            self._update(user_nid)

    def tell(self) -> None:
        """Call the listeners with what was gathered; a timer calls this."""
        self._telling = None
        changed, self._untold = frozenset(self._untold), set()
        for listener in self._listeners:
            listener(changed)

    def stop(self) -> None:
        """End the timers."""
        self._deadlines.stop()
        if self._telling is not None:
            self._telling.cancel()

    def _sync_begins(
        self, user_nid: int, user_id: UserId, device_nid: int | None, asked: PresenceState
    ) -> DevicePresence:
        user = self._user(user_nid, user_id)
        now = self._clock.monotonic()
        device = user.devices.get(device_nid)
        if device is not None and not device.is_there(now):
            device = None
        if device is None or device.asked is not asked:
            device = device or user.devices.setdefault(device_nid, DevicePresence(asked, asked, now))
            device.asked = device.state = asked
            if asked is PresenceState.ONLINE:
                user.last_active = now
        device.polls += 1
        self._update(user_nid)
        return device

    def _user(self, user_nid: int, user_id: UserId) -> UserPresence:
        user = self._users.get(user_nid)
        if user is None:
            user = UserPresence(user_id)
            self._users[user_nid] = user
            self._users.move_to_end(user_nid, last=False)  # in the order of stamps, and this one has none yet
            self._make_room(user_nid)
        return user

    def _update(self, user_nid: int) -> None:
        """Tell how this worker sees a user, where that has changed, and show what time has changed."""
        user = self._users.get(user_nid)
        if user is None:
            return
        now = self._clock.monotonic()
        user.devices = {nid: device for nid, device in user.devices.items() if device.is_there(now)}
        view = view_of(user, now)
        if view != user.told or now >= user.renew_at:
            user.told = view
            self._tell_view(user_nid, user)
        self._show(user_nid, user, None)

    def _tell_view(self, user_nid: int, user: UserPresence, more: JsonObject | None = None) -> None:
        now = self._clock.monotonic()
        is_renewed = self._fanout.has_company and user.told.state is not PresenceState.OFFLINE
        user.renew_at = now + RENEW_VIEW_EVERY_S if is_renewed else float("inf")
        ago_ms = None if user.last_active is None else round((now - user.last_active) * 1000)
        news = {"user": user_nid, "id": user.user_id, "state": user.told.state, "ago_ms": ago_ms}
        news |= {"active": user.told.currently_active, **(more or {})}
        self._fanout.tell_in_order(Topic.PRESENCE, news)

    def _take(self, message: Message) -> None:
        """Note what a worker tells, this one too; all see it in the same order."""
        news, now = message.body, self._clock.monotonic()
        user_nid = news["user"]
        user = self._user(user_nid, news["id"])
        state, ago_ms = PresenceState(news["state"]), news["ago_ms"]
        if ago_ms is not None and message.worker != self._fanout.worker:
            user.last_active = max(user.last_active or 0.0, now - ago_ms / 1000)
        if "remote" in news:
            user.remote = Shown(state, news["active"], news["status"])
            user.remote_until = now + REMOTE_FOR_S
            user.last_active = None if ago_ms is None else now - ago_ms / 1000
        else:
            is_own = message.worker == self._fanout.worker
            until = float("inf") if is_own else now + VIEW_FOR_S
            user.views[message.worker] = View(state, news["active"]), until
            if "status" in news:
                user.status_msg = news["status"]
        self._show(user_nid, user, message.stamp)

    def _show(self, user_nid: int, user: UserPresence, stamp: int | None) -> None:
        """Work out what is to be shown of a user, and tell of it where it has changed."""
        now = self._clock.monotonic()
        user.views = {worker: view for worker, view in user.views.items() if now < view[1]}
        shown = what_to_show(user, now)
        if shown != user.shown:
            user.shown = shown
            user.stamp = self._stamps.next() if stamp is None else stamp
            self._users.move_to_end(user_nid)
            self._tell_soon(user_nid)
        look_again_at = next_change(user, now)
        if look_again_at is not None:
            self._deadlines.set(user_nid, look_again_at)

    def _company_changed(self, others: frozenset[str]) -> None:
        """Forget what workers told that are gone, and tell those that are new, a few users at a time."""
        present = {*others, self._fanout.worker}
        now = self._clock.monotonic()
        told = 0
        for user_nid, user in list(self._users.items()):
            if not user.views.keys() <= present:
                user.views = {worker: view for worker, view in user.views.items() if worker in present}
                self._show(user_nid, user, None)
            if others and user.told.state is not PresenceState.OFFLINE:
                user.renew_at = now + told / TOLD_PER_S
                self._deadlines.set(user_nid, user.renew_at)
                told += 1

    def _tell_soon(self, user_nid: int) -> None:
        self._untold.add(user_nid)
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(TELL_EVERY_S, self.tell)

    def _make_room(self, newest: int) -> None:
        if len(self._users) <= MAX_USERS:
            return
        gone = next((nid for nid, user in self._users.items() if not user.devices and nid != newest), None)
        if gone is not None:
            del self._users[gone]


class NoPresence:
    """Presence where the operator has turned it off: everybody is offline, and nobody is told."""

    def syncing(
        self, user_nid: int, user_id: UserId, device_nid: int | None, asked: PresenceState
    ) -> AbstractContextManager[None]:
        return nullcontext()

    def active(self, user_nid: int, device_nid: int | None) -> None:
        pass

    def put(
        self,
        user_nid: int,
        user_id: UserId,
        device_nid: int | None,
        state: PresenceState,
        status_msg: str | None,
    ) -> None:
        pass

    def put_remote(self, user_nid: int, user_id: UserId, shown: RemotePresence) -> None:
        pass

    def content(self, user_nid: int) -> PresenceContent | None:
        return None

    def user_id(self, user_nid: int) -> UserId | None:
        return None

    def changed_since(self, stamp: int) -> list[int]:
        return []

    def not_offline(self) -> list[int]:
        return []

    def on_change(self, listener: OnPresence) -> Callable[[], None]:
        return lambda: None
