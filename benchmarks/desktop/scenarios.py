"""What is done with a running client while it is watched. Each returns figures."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median

from PySide6.QtQuick import QQuickWindow

from benchmarks.desktop.frames import (
    FRAME_S,
    PATIENCE_S,
    Frames,
    Heartbeat,
    scroll_by,
    until_quiet,
)
from benchmarks.desktop.generated_sync import message, room_id, sync_of
from benchmarks.desktop.stored_account import take_in
from benchmarks.processes import resident_memory_mb
from benchmarks.statistics import percentile
from client_desktop.core.engine import Engine
from client_desktop.viewmodels.app import App
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.conversation import Conversation

SWITCHES = 30
SCROLLED_FRAMES = 600
STEP_PX = 120
"""One notch of a mouse wheel."""
GESTURE_FRAMES = 25
"""Fingers leave the touchpad again and again."""
BURST = 1000
BURST_AT_ONCE = 20
NEW = 1_000_000
"""Messages of a burst are counted from here, so that they are none of those stored."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The running client."""

    app: App
    window: QQuickWindow
    engine: Engine
    bridge: Bridge


async def start(stage: Stage) -> dict[str, float]:
    """Nothing but the start, and what it weighs when it has come to rest."""
    await until_quiet()
    return _memory()


async def switch(stage: Stage) -> dict[str, float]:
    """Open rooms that were not open before, then go back to some of them."""
    await until_quiet()
    frames = Frames(stage.window)
    await _show(stage, frames, room_id(1))  # what the views of any room cost once
    await _show(stage, frames, room_id(2))
    fresh, fresh_cpu = zip(
        *[await _show(stage, frames, room_id(3 + each)) for each in range(SWITCHES)], strict=True
    )
    again, again_cpu = zip(
        *[await _show(stage, frames, room_id(SWITCHES + each % 3)) for each in range(SWITCHES)],
        strict=True,
    )
    return {
        "p50_ms": median(fresh),
        "p95_ms": percentile(fresh, 95),
        "p50_cpu_ms": median(fresh_cpu),
        "again_p50_ms": median(again),
        "again_p95_ms": percentile(again, 95),
        "again_p50_cpu_ms": median(again_cpu),
    }


async def scroll(stage: Stage) -> dict[str, float]:
    """Scroll up through the long history, sixty times a second, as it is loaded."""
    await until_quiet()
    frames = Frames(stage.window)
    await _show(stage, frames, room_id(0))
    await until_quiet()
    rows = frames.timeline()
    times_ms: list[float] = []
    cpu_ms: list[float] = []
    for number in range(SCROLLED_FRAMES):
        began, cpu = time.perf_counter(), time.thread_time()
        scroll_by(stage.window, rows, STEP_PX, begin=number % GESTURE_FRAMES == 0)
        times_ms.append((await frames.next() - began) * 1000)
        cpu_ms.append((time.thread_time() - cpu) * 1000)
        await asyncio.sleep(max(FRAME_S - (time.perf_counter() - began), 0))
    return {
        "p50_ms": median(times_ms),
        "p95_ms": percentile(times_ms, 95),
        "longest_ms": max(times_ms),
        "p95_cpu_ms": percentile(cpu_ms, 95),
        "rows": float(rows.property("count")),
    }


async def burst(stage: Stage) -> dict[str, float]:
    """A thousand messages come, half of them in the room that is open."""
    await until_quiet()
    frames = Frames(stage.window)
    await _show(stage, frames, room_id(0))
    await until_quiet()
    heartbeat = Heartbeat(stage.window)
    heartbeat.start()
    began = time.perf_counter()
    await asyncio.sleep(0.05)
    for first in range(0, BURST, BURST_AT_ONCE):
        events = {room_id(0): [message(0, NEW + first + place) for place in range(BURST_AT_ONCE // 2)]}
        for place in range(BURST_AT_ONCE // 2):
            other = 1 + (first + place) % 300
            events.setdefault(room_id(other), []).append(message(other, NEW + first + place))
        await stage.bridge.call(take_in, stage.engine, sync_of(f"b{first}", events))
    await until_quiet()
    heartbeat.stop()
    pauses = heartbeat.pauses_ms
    return {
        "longest_ms": max(pauses),
        "longest_cpu_ms": max(heartbeat.busy_ms),
        "over_50_ms": float(sum(pause > 50 for pause in pauses)),
        "seconds": time.perf_counter() - began,
    }


async def memory(stage: Stage) -> dict[str, float]:
    """What it weighs at rest with the long room open, and after going through rooms."""
    await until_quiet()
    idle = _memory()["rss_mb"]
    frames = Frames(stage.window)
    await _show(stage, frames, room_id(0))
    await until_quiet()
    opened = _memory()
    for number in range(1, SWITCHES):
        await _show(stage, frames, room_id(number))
    await until_quiet()
    return {"idle_mb": idle, **opened, "after_switching_mb": _memory()["rss_mb"]}


SCENARIOS: dict[str, Callable[[Stage], Awaitable[dict[str, float]]]] = {
    "start": start,
    "switch": switch,
    "scroll": scroll,
    "burst": burst,
    "memory": memory,
}


async def _show(stage: Stage, frames: Frames, wanted: str) -> tuple[float, float]:
    """Open a room; return the milliseconds until a frame showed messages of it, and those of them in which
    the interface's thread had a processor."""
    began, cpu = time.perf_counter(), time.thread_time()
    stage.app.room_model.open(wanted)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            there = _is_there(stage, frames, wanted)  # before the frame is drawn, not while it is waited for
            shown = await frames.next()
            if there:
                return (shown - began) * 1000, (time.thread_time() - cpu) * 1000


def _is_there(stage: Stage, frames: Frames, wanted: str) -> bool:
    conversation = stage.app.room_model.current
    return conversation is not None and conversation.room_id == wanted and _has_rows(frames, conversation)


def _has_rows(frames: Frames, conversation: Conversation) -> bool:
    """Whether the list stands on rows of this room: laid out, not only counted."""
    rows = frames.timeline()
    same = rows.property("model") is conversation.timeline_model.model
    return same and bool(rows.property("count")) and float(rows.property("contentHeight")) > 0


def _memory() -> dict[str, float]:
    return resident_memory_mb([os.getpid()])
