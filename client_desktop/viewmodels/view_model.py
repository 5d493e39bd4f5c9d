"""What every view model is made of: a way to the engine, and work that has an owner."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from client_desktop.core.changes import Change
from client_desktop.core.errors import Cancelled, ClientError, MatrixError
from client_desktop.viewmodels.bridge import Bridge

C = TypeVar("C", bound=Change)

log = logging.getLogger(__name__)


class ViewModel(QObject):
    """A QObject that starts asynchronous work from slots and is closed once.

    `failed(word, detail)` tells what went wrong: the text is `error.<word>`, `detail` is the server's own
    message or empty. Closing it cancels what runs and ends what it listens to.
    """

    failed = Signal(str, str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self._tasks: set[asyncio.Task[None]] = set()
        self._endings: list[Callable[[], None]] = []

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work` on the interface's loop; what it raises of `ClientError` goes to `failed`."""
        task = asyncio.get_event_loop().create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that is cancelled before its first step has never begun its work.
        task.add_done_callback(lambda _: work.close())
        return task

    def listen(self, kind: type[C], listener: Callable[[C], None]) -> None:
        """Hear of the engine's changes until this is closed."""
        self._endings.append(self.bridge.listen(kind, listener))

    async def close(self) -> None:
        """Cancel and await what runs; hear no more."""
        for end in self._endings:
            end()
        self._endings.clear()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until nothing that was started runs any more."""
        while self._tasks:
            await asyncio.gather(*tuple(self._tasks))

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Cancelled:
            pass
        except ClientError as error:
            self.failed.emit(error.word, error.message if isinstance(error, MatrixError) else "")
        except Exception:
            log.exception("An action failed unexpectedly")
            self.failed.emit(ClientError.word, "")
