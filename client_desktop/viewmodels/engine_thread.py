"""The thread in which the engine lives: one asyncio loop, started and ended once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

JOIN_TIMEOUT_S = 10.0


class EngineThread:
    """Run an event loop beside the interface's.

    Everything of `client_desktop.core` is made and used in it; the interface reaches it by `Bridge.call`.
    """

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The engine's loop; only after `start`."""
        if self._loop is None:
            raise RuntimeError("the engine thread is not running")
        return self._loop

    def start(self) -> None:
        """Return when the loop runs."""
        self._thread.start()
        self._ready.wait()

    def submit(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Run a coroutine in the thread, from any thread."""
        return asyncio.run_coroutine_threadsafe(work(), self.loop)

    def stop(self) -> None:
        """End the loop and the thread; what still runs in it is cancelled and waited for."""
        if not self._thread.is_alive():
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(JOIN_TIMEOUT_S)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            asyncio.set_event_loop(self._loop)
            self._loop.call_soon(self._ready.set)
            self._loop.run_forever()
