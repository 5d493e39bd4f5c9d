"""What a user's presence follows from: the devices that sync, what each asks for, and the last activity.

Pure: the time, in monotonic seconds, is an argument.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from federation.protocol.ids import UserId

OFFLINE_AFTER_S: Final = 30.0
"""How long after its last sync a device still counts as there."""

IDLE_AFTER_S: Final = 300.0
"""How long after the last activity somebody who is online is shown as unavailable."""

ACTIVE_FOR_S: Final = 60.0
"""How long an activity keeps somebody "currently active": further ones in that time are told to nobody."""


REMOTE_FOR_S: Final = 1_800.0
"""How long the word of another server counts: it is silent when it is gone."""


class PresenceState(StrEnum):
    """How somebody is shown."""

    ONLINE = "online"
    UNAVAILABLE = "unavailable"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Shown:
    """What others see of somebody; only a change of it is told."""

    state: PresenceState = PresenceState.OFFLINE
    currently_active: bool = False
    status_msg: str | None = None


@dataclass(slots=True)
class DevicePresence:
    """One device. `asked` is what its last sync asked for; setting the presence by hand leaves it alone."""

    asked: PresenceState
    state: PresenceState
    seen: float
    polls: int = 0

    def is_there(self, now: float) -> bool:
        return self.polls > 0 or now < self.seen + OFFLINE_AFTER_S


@dataclass(frozen=True, slots=True)
class RemotePresence:
    """How another server shows a user of its own; `last_active_ago_ms` counts from when it said so."""

    state: PresenceState
    currently_active: bool
    status_msg: str | None
    last_active_ago_ms: int | None


@dataclass(frozen=True, slots=True)
class View:
    """How one worker sees somebody, by the devices that are connected to it."""

    state: PresenceState = PresenceState.OFFLINE
    currently_active: bool = False


@dataclass(slots=True)
class UserPresence:
    """Everything known of one user's presence.

    `devices` are connected to this worker; `views` are what workers told, this one too, each until a time.
    `remote` is told by the user's own server, until a time.
    """

    user_id: UserId
    devices: dict[int | None, DevicePresence] = field(default_factory=dict)
    told: View = View()
    renew_at: float = float("inf")
    views: dict[str, tuple[View, float]] = field(default_factory=dict)
    status_msg: str | None = None
    last_active: float | None = None
    shown: Shown = Shown()
    stamp: int = 0
    remote: Shown | None = None
    remote_until: float = 0.0


def view_of(user: UserPresence, now: float) -> View:
    """Combine this worker's devices: the most present one counts; idleness turns online into unavailable."""
    states = {device.state for device in user.devices.values() if device.is_there(now)}
    since_active = _since_active(user, now)
    if PresenceState.ONLINE in states and since_active < IDLE_AFTER_S:
        return View(PresenceState.ONLINE, since_active < ACTIVE_FOR_S)
    if states & {PresenceState.ONLINE, PresenceState.UNAVAILABLE}:
        return View(PresenceState.UNAVAILABLE)
    return View()


def what_to_show(user: UserPresence, now: float) -> Shown:
    """Combine what all workers told: the most present one counts."""
    if user.remote is not None and now < user.remote_until:
        return user.remote
    views = {view for view, until in user.views.values() if now < until}
    states = {view.state for view in views}
    for state in (PresenceState.ONLINE, PresenceState.UNAVAILABLE):
        if state in states:
            return Shown(state, any(view.currently_active for view in views), user.status_msg)
    return Shown(PresenceState.OFFLINE, False, user.status_msg)


def next_change(user: UserPresence, now: float) -> float | None:
    """Return when time alone may change what is shown, or what this worker has told; None where it cannot."""
    if user.remote is not None:
        return user.remote_until if user.remote_until > now else None
    times = [device.seen + OFFLINE_AFTER_S for device in user.devices.values() if not device.polls]
    times += [until for _, until in user.views.values()]
    times.append(user.renew_at)
    if user.last_active is not None and user.told.state is PresenceState.ONLINE:
        times += [user.last_active + ACTIVE_FOR_S, user.last_active + IDLE_AFTER_S]
    return min((time for time in times if now < time < float("inf")), default=None)


def render_presence(user: UserPresence, now: float) -> dict[str, str | int | bool]:
    """Return the content of an `m.presence` event."""
    content: dict[str, str | int | bool] = {"presence": user.shown.state.value}
    if user.last_active is not None:
        content["last_active_ago"] = int(_since_active(user, now) * 1000)
    if user.shown.state is PresenceState.ONLINE:
        content["currently_active"] = user.shown.currently_active
    if user.shown.status_msg is not None:
        content["status_msg"] = user.shown.status_msg
    return content


def _since_active(user: UserPresence, now: float) -> float:
    return float("inf") if user.last_active is None else max(0.0, now - user.last_active)
