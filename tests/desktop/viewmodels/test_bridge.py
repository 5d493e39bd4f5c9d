"""Between the interface's thread and the engine's."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from client_desktop.core.changes import Change, Changes, RoomsChanged, RoomStateChanged, SyncStateChanged
from client_desktop.core.errors import MatrixError
from client_desktop.core.values import RoomSummary, SyncState
from client_desktop.viewmodels.bridge import SLICE_S, Bridge, EngineThread
from client_desktop.viewmodels.view_model import ViewModel
from tests.desktop.viewmodels.values import a_room
from tests.desktop.waiting import PATIENCE_MS, PATIENCE_S


@pytest.fixture
def engine() -> Iterator[EngineThread]:
    thread = EngineThread()
    thread.start()
    yield thread
    thread.stop()


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def bridge(engine: EngineThread, changes: Changes, qtbot: QtBot) -> Iterator[Bridge]:
    made = Bridge(engine.loop, changes)
    yield made
    made.close()


async def test_a_call_runs_in_the_engines_thread(bridge: Bridge) -> None:
    async def where(extra: str) -> tuple[str, str]:
        return threading.current_thread().name, extra

    assert await bridge.call(where, "x") == ("engine", "x")
    assert (await bridge.call(threading.current_thread)).name == "engine"


async def test_what_a_call_raises_is_raised_here(bridge: Bridge) -> None:
    def refuse() -> None:
        raise MatrixError(403, "M_FORBIDDEN", "no")

    with pytest.raises(MatrixError, match="M_FORBIDDEN"):
        await bridge.call(refuse)


async def test_cancelling_the_caller_cancels_the_call(bridge: Bridge) -> None:
    cancelled = threading.Event()
    started = asyncio.Event()
    here = asyncio.get_running_loop()

    async def wait() -> None:
        here.call_soon_threadsafe(started.set)
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    task = asyncio.create_task(bridge.call(wait))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(cancelled.wait, PATIENCE_S)


async def test_changes_arrive_in_the_interfaces_thread_in_order(
    bridge: Bridge, engine: EngineThread, changes: Changes
) -> None:
    seen: list[tuple[str, str]] = []
    deliveries: list[int] = []
    bridge._arrived.connect(lambda batch: deliveries.append(len(batch)))
    bridge.listen(
        RoomStateChanged, lambda change: seen.append((threading.current_thread().name, change.room_id))
    )

    def publish() -> None:
        for number in range(1000):
            changes.publish(RoomStateChanged("@a:x", str(number), frozenset()))
            changes.publish(SyncStateChanged("@a:x", SyncState.LIVE))

    engine.loop.call_soon_threadsafe(publish)
    await until(lambda: len(seen) == 1000)
    assert [room for _, room in seen] == [str(number) for number in range(1000)]
    assert {thread for thread, _ in seen} == {threading.main_thread().name}
    assert len(deliveries) < 50, "they are not gathered"


async def test_what_is_told_of_rooms_again_and_again_is_heard_once(
    bridge: Bridge, engine: EngineThread, changes: Changes
) -> None:
    heard: list[Change] = []
    bridge.listen(RoomsChanged, heard.append)
    bridge.listen(SyncStateChanged, heard.append)
    told = (
        RoomsChanged("@a:x", (room("!1"), room("!2", "before")), ("!3",)),
        SyncStateChanged("@a:x", SyncState.LIVE),
        RoomsChanged("@b:x", (room("!1"),)),
        RoomsChanged("@a:x", (room("!2", "after"), room("!3")), ("!1",)),
    )
    engine.loop.call_soon_threadsafe(publish_all, changes, told)
    await until(lambda: len(heard) == 3)
    together = RoomsChanged("@a:x", (room("!2", "after"), room("!3")), ("!1",))
    assert heard == [together, told[1], told[2]]


async def test_the_interface_breathes_while_much_arrives(
    bridge: Bridge, engine: EngineThread, changes: Changes
) -> None:
    seen: list[str] = []
    breaths: list[int] = []

    def take(change: RoomStateChanged) -> None:
        if not seen:
            asyncio.get_running_loop().call_soon(lambda: breaths.append(len(seen)))
        seen.append(change.room_id)
        end = time.perf_counter() + SLICE_S
        while time.perf_counter() < end:
            pass

    bridge.listen(RoomStateChanged, take)
    wanted = [str(number) for number in range(5)]
    told = [RoomStateChanged("@a:x", number, frozenset()) for number in wanted]
    engine.loop.call_soon_threadsafe(publish_all, changes, told)
    await until(lambda: len(seen) == 5)
    assert seen == wanted
    assert breaths[0] < 5


def test_what_arrives_while_the_loop_does_not_run_is_told_in_slices_too(bridge: Bridge) -> None:
    """Regression: the rest of a long delivery was lost where Qt worked before or after the loop."""
    seen: list[str] = []

    def take(change: RoomStateChanged) -> None:
        seen.append(change.room_id)
        end = time.perf_counter() + SLICE_S
        while time.perf_counter() < end:
            pass

    bridge.listen(RoomStateChanged, take)
    wanted = [str(number) for number in range(3)]
    with asyncio.Runner() as runner:
        runner.get_loop()
        bridge._arrived.emit([RoomStateChanged("@a:x", number, frozenset()) for number in wanted])
        assert seen == wanted[:1]
        runner.run(until(lambda: len(seen) == 3))
    assert seen == wanted


def test_a_listener_that_fails_does_not_keep_others_from_hearing(
    bridge: Bridge, engine: EngineThread, changes: Changes, qtbot: QtBot
) -> None:
    seen: list[SyncState] = []

    def fail(_: SyncStateChanged) -> None:
        raise ValueError

    bridge.listen(SyncStateChanged, fail)
    end = bridge.listen(SyncStateChanged, lambda change: seen.append(change.state))
    engine.loop.call_soon_threadsafe(changes.publish, SyncStateChanged("@a:x", SyncState.LIVE))
    qtbot.waitUntil(lambda: seen == [SyncState.LIVE], timeout=PATIENCE_MS)
    end()
    assert bridge._listeners[SyncStateChanged] == [fail]


async def test_a_refused_action_is_told_with_its_word(bridge: Bridge) -> None:
    model = ViewModel(bridge)
    told: list[tuple[str, str]] = []
    model.failed.connect(lambda word, detail: told.append((word, detail)))

    async def refused() -> None:
        raise MatrixError(403, "M_FORBIDDEN", "You cannot do that")

    async def broken() -> None:
        raise ValueError

    model.start(refused())
    await model.settle()
    model.start(broken())
    await model.settle()
    assert told == [("refused", "You cannot do that"), ("unknown", "")]


async def test_closing_cancels_what_runs(bridge: Bridge) -> None:
    model = ViewModel(bridge)
    task = model.start(asyncio.Event().wait())  # type: ignore[arg-type]
    await asyncio.sleep(0)
    await model.close()
    assert task.cancelled()


def publish_all(changes: Changes, told: Sequence[Change]) -> None:
    for change in told:
        changes.publish(change)


def room(room_id: str, name: str = "Hut") -> RoomSummary:
    return a_room(name, room_id=room_id)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            QCoreApplication.processEvents()
            await asyncio.sleep(0.001)
