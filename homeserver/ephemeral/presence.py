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
    next_change,
    render_presence,
    what_to_show,
)
from homeserver.fanout.stamps import Stamps

MAX_USERS: Final = 50_000
TELL_EVERY_S: Final = 0.2
"""Changes are gathered for this long before syncs are woken for them."""

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

    def on_change(self, listener: OnPresence) -> None:
        """Call `listener` with the users whose presence changed, a few times a second at most."""


class InProcessPresence:
    """Presence in the memory of a deployment of one worker."""

    def __init__(self, clock: Clock, stamps: Stamps) -> None:
        self._clock = clock
        self._stamps = stamps
        self._users: OrderedDict[int, UserPresence] = OrderedDict()
        self._listeners: list[OnPresence] = []
        self._untold: set[int] = set()
        self._telling: asyncio.TimerHandle | None = None
        self._deadlines: Deadlines[int] = Deadlines(clock, self.look_again)

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
        user.status_msg = status_msg
        if state is PresenceState.ONLINE:
            user.last_active = now
        self._update(user_nid)

    def put_remote(self, user_nid: int, user_id: UserId, shown: RemotePresence) -> None:
        user = self._user(user_nid, user_id)
        now = self._clock.monotonic()
        user.remote = Shown(shown.state, shown.currently_active, shown.status_msg)
        user.remote_until = now + REMOTE_FOR_S
        if shown.last_active_ago_ms is not None:
            user.last_active = now - shown.last_active_ago_ms / 1000
        self._update(user_nid)

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

    def on_change(self, listener: OnPresence) -> None:
        self._listeners.append(listener)

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
        """Work out what is to be shown of a user, and tell of it where it has changed."""
        user = self._users.get(user_nid)
        if user is None:
            return
        now = self._clock.monotonic()
        user.devices = {nid: device for nid, device in user.devices.items() if device.is_there(now)}
        shown = what_to_show(user, now)
        if shown != user.shown:
            user.shown = shown
            user.stamp = self._stamps.next()
            self._users.move_to_end(user_nid)
            self._tell_soon(user_nid)
        look_again_at = next_change(user, now)
        if look_again_at is not None:
            self._deadlines.set(user_nid, look_again_at)

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

    def on_change(self, listener: OnPresence) -> None:
        pass
