"""The one way between the interface's thread and the engine's."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from time import perf_counter
from typing import Any, ParamSpec, TypeVar, overload

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.changes import Change, Changes, RoomsChanged
from client_desktop.viewmodels.engine_thread import EngineThread

__all__ = ["Bridge", "EngineThread"]

P = ParamSpec("P")
T = TypeVar("T")
C = TypeVar("C", bound=Change)

COLLECT_S = 0.016
"""Changes are gathered for one frame, so that a burst costs the interface one wake-up."""
SLICE_S = 0.008
"""For so long changes are taken in at a time; one that takes longer is not interrupted."""

log = logging.getLogger(__name__)


class Bridge(QObject):
    """Call the engine from the interface, and hear of its changes in the interface's thread.

    `loop` is the engine's; where the interface runs on the same one (in tests) calls are made directly.
    """

    _arrived = Signal(object)

    def __init__(
        self, loop: asyncio.AbstractEventLoop, changes: Changes, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._loop = loop
        self._waiting: list[Change] = []
        """In the engine's thread, for the next frame."""
        self._arrivals: deque[Change] = deque()
        """In the interface's thread, for the next slice of time."""
        self._listeners: dict[type[Change], list[Callable[[Any], None]]] = {}
        self._arrived.connect(self._deliver)
        self._stop_listening = changes.listen(Change, self._collect)

    @overload
    async def call(
        self, function: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T: ...

    @overload
    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run `function` in the engine's thread, awaiting it there if it is asynchronous; return its result.

        Cancelling the caller cancels the call. Raises whatever the function raises.
        """

        async def run() -> Any:
            result = function(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        if asyncio.get_running_loop() is self._loop:
            return await run()
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self._loop))

    def listen(self, kind: type[C], listener: Callable[[C], None]) -> Callable[[], None]:
        """Call `listener` in the interface's thread with every change of exactly this kind (`Change`: all).

        Returns what ends it.
        """
        listeners = self._listeners.setdefault(kind, [])
        listeners.append(listener)

        def stop() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return stop

    def post(self, change: Change) -> None:
        """Send a change behind those that are on their way, at once; only in the engine's thread.

        A snapshot read there and posted at once stands exactly between what it holds and what follows it.
        """
        self._waiting.append(change)
        self._flush()

    def close(self) -> None:
        """Hear no more: changes that have not been delivered are dropped. Only while the loop still runs."""
        self._listeners.clear()
        self._loop.call_soon_threadsafe(self._stop_listening)

    def _collect(self, change: Change) -> None:
        self._waiting.append(change)
        if len(self._waiting) == 1:
            self._loop.call_later(COLLECT_S, self._flush)

    def _flush(self) -> None:
        batch, self._waiting = self._waiting, []
        if batch:
            self._arrived.emit(batch)

    @Slot(object)
    def _deliver(self, batch: list[Change]) -> None:
        behind = bool(self._arrivals)
        self._arrivals.extend(batch)
        if not behind:  # else the rest is on its way already
            self._deliver_some()

    def _deliver_some(self) -> None:
        """Deliver for a few milliseconds, then let the window draw and answer before the rest."""
        end = perf_counter() + SLICE_S
        self._arrivals = gathered(self._arrivals)
        while self._arrivals:
            change = self._arrivals.popleft()
            for kind in (type(change), Change):
                for listener in tuple(self._listeners.get(kind, ())):
                    self._tell(listener, change)
            if perf_counter() > end:
                break
        if self._arrivals:
            # Not the running loop: Qt delivers in between, as when the loop begins and ends.
            asyncio.get_event_loop().call_soon(self._deliver_some)

    @staticmethod
    def _tell(listener: Callable[[Any], None], change: Change) -> None:
        """One view model that fails must not keep the others from hearing."""
        try:
            listener(change)
        except Exception:
            log.exception("A view model failed to take in %s", type(change).__name__)


def gathered(changes: Iterable[Change]) -> deque[Change]:
    """The same changes in the same order, but all that is told of an account's rooms in the first of them."""
    found: deque[Change] = deque()
    rooms: dict[str, RoomsOfAccount] = {}
    for change in changes:
        if not isinstance(change, RoomsChanged):
            found.append(change)
        elif change.account in rooms:
            rooms[change.account].add(change)
        else:
            rooms[change.account] = RoomsOfAccount(len(found), change)
            found.append(change)
    for gathered_rooms in rooms.values():
        found[gathered_rooms.place] = gathered_rooms.change()
    return found


class RoomsOfAccount:
    """What several changes tell of an account's rooms, as one."""

    def __init__(self, place: int, first: RoomsChanged) -> None:
        self.place = place
        self._first = first
        self._rooms = {room.room_id: room for room in first.rooms}
        self._gone = dict.fromkeys(first.gone)
        self._several = False

    def add(self, change: RoomsChanged) -> None:
        self._several = True
        for room in change.rooms:
            self._rooms[room.room_id] = room
            self._gone.pop(room.room_id, None)
        for room_id in change.gone:
            self._rooms.pop(room_id, None)
            self._gone[room_id] = None

    def change(self) -> RoomsChanged:
        if not self._several:
            return self._first
        return RoomsChanged(self._first.account, tuple(self._rooms.values()), tuple(self._gone))
