"""The client with somebody looking at the clock."""

from __future__ import annotations

import os
import time
from pathlib import Path

import orjson
from PySide6.QtCore import Qt
from PySide6.QtQuick import QQuickWindow

from client_desktop.app import DesktopApp
from client_desktop.viewmodels.app import App

STARTED = "PARLOUR_BENCH_STARTED"


class WatchedApp(DesktopApp):
    """Notes when the rooms are first seen; goes through a scenario, and leaves."""

    loaded_ms = 0.0
    first_frame_ms = 0.0
    first_frame_cpu_ms = 0.0
    ready_ms = 0.0
    scenario = "start"
    figures_file = Path()

    async def open(self, *, hidden: bool = False) -> None:
        self.loaded_ms = _since_start_ms()
        await super().open(hidden=hidden)

    def _load_views(self, app: App) -> QQuickWindow:
        window = super()._load_views(app)
        window.frameSwapped.connect(self._frame, Qt.ConnectionType.DirectConnection)
        return window

    def _frame(self) -> None:
        if not self.first_frame_ms and self.app is not None and self.app.rooms_model.summaries:
            self.first_frame_ms = _since_start_ms()
            self.first_frame_cpu_ms = time.process_time() * 1000
        if not self.ready_ms and self.app is not None and self.app.property("ready"):
            self.ready_ms = _since_start_ms()

    async def wait(self) -> None:
        """Go through the scenario in place of a user."""
        # Imported now: they load more than the first frame may.
        from benchmarks.desktop.scenarios import SCENARIOS, Stage

        assert self.app is not None
        assert self.window is not None
        assert self._engine is not None
        assert self._bridge is not None
        self.window.requestActivate()
        figures = await SCENARIOS[self.scenario](Stage(self.app, self.window, self._engine, self._bridge))
        start = {
            "first_frame_ms": self.first_frame_ms,
            "first_frame_cpu_ms": self.first_frame_cpu_ms,
            "ready_ms": self.ready_ms,
            "loaded_ms": self.loaded_ms,
        }
        self.figures_file.write_bytes(orjson.dumps({**start, **figures}))


def _since_start_ms() -> float:
    return (time.monotonic() - float(os.environ[STARTED])) * 1000
