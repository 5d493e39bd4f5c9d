"""What changes elsewhere and shows in open timelines: keys, names, pins, devices, the send queue."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Final, Protocol

from client_desktop.core.changes import (
    AccountDataChanged,
    Change,
    DevicesChanged,
    MembersChanged,
    RoomKeysReceived,
    RoomStateChanged,
    SendQueueChanged,
)
from client_desktop.core.store import events as event_store
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.timeline import Timeline

RESHAPING_STATE: Final = frozenset({"m.room.pinned_events", "m.room.power_levels", "m.room.encryption"})


class OpenTimelines(Protocol):
    """The timelines of one account, as far as changes elsewhere reach them."""

    @property
    def ctx(self) -> TimelinesContext: ...
    def all_open(self) -> list[Timeline]: ...
    def of_room(self, room_id: str) -> list[Timeline]: ...
    def refresh_room(self, room_id: str) -> None: ...
    async def retry(self, room_id: str, session_ids: Iterable[str]) -> None: ...
    async def decrypt_again(self, room_id: str, rows: Sequence[event_store.EventRow]) -> None: ...
    def spawn(self, work: Coroutine[None, None, None]) -> None: ...


class Elsewhere:
    """Listens to the changes of one account and lets its open timelines look again."""

    def __init__(self, timelines: OpenTimelines) -> None:
        self._timelines = timelines
        self._ctx = timelines.ctx
        listeners: tuple[tuple[type[Change], Callable[..., None]], ...] = (
            (RoomKeysReceived, self._on_keys),
            (SendQueueChanged, self._on_queue),
            (MembersChanged, self._on_members),
            (RoomStateChanged, self._on_state),
            (AccountDataChanged, self._on_account_data),
            (DevicesChanged, self._on_devices),
        )
        self._stops = [self._ctx.changes.listen(kind, self._own(listener)) for kind, listener in listeners]

    def stop(self) -> None:
        """Listen no more."""
        for stop in self._stops:
            stop()

    def _own(self, listener: Callable[..., None]) -> Callable[[Change], None]:
        """Listen to changes of this account alone."""

        def listen(change: Change) -> None:
            if change.account == self._ctx.me:
                listener(change)

        return listen

    def _on_keys(self, change: RoomKeysReceived) -> None:
        self._timelines.spawn(self._timelines.retry(change.room_id, change.session_ids))

    def _on_queue(self, change: SendQueueChanged) -> None:
        for item in change.items:
            self._ctx.send_states[item.txn_id] = (item.state, item.error_word)
        self._timelines.refresh_room(change.room_id)

    def _on_members(self, change: MembersChanged) -> None:
        self._ctx.people.pop(change.room_id, None)
        for timeline in self._timelines.of_room(change.room_id):
            if timeline.shows(change.user_ids):
                timeline.refresh(everything=True)

    def _on_state(self, change: RoomStateChanged) -> None:
        if change.types & RESHAPING_STATE:
            for timeline in self._timelines.of_room(change.room_id):
                timeline.refresh(everything=True)

    def _on_account_data(self, change: AccountDataChanged) -> None:
        if "m.ignored_user_list" in change.types:
            for timeline in self._timelines.all_open():
                timeline.refresh(everything=True)

    def _on_devices(self, change: DevicesChanged) -> None:
        """Look again at how far what these people sent is to be trusted."""
        for timeline in self._timelines.all_open():
            events = timeline.encrypted_events(change.user_ids)
            if events:
                rows = event_store.select_by_nids(self._ctx.store.db, [event.nid for event in events])
                self._timelines.spawn(self._timelines.decrypt_again(timeline.room_id, rows))
