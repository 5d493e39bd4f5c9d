"""Telling the other workers that something was committed.

A wake-up carries the position, rooms and users of a commit and no data: whoever is woken reads the database,
so a lost wake-up costs one poll interval and nothing else. With one worker nobody else listens.
"""

from collections.abc import Callable
from typing import Protocol

from homeserver.storage.positions import LogEntry


class Wakeups(Protocol):
    """A way to reach every other worker."""

    def publish(self, entry: LogEntry) -> None:
        """Tell the others; returns at once, and may fail silently."""

    def on_wakeup(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with the newest position whenever another worker has committed."""


class InProcessWakeups:
    """The fan-out of a deployment of one worker: its own tailer hears of commits directly."""

    def publish(self, entry: LogEntry) -> None:
        pass

    def on_wakeup(self, listener: Callable[[int], None]) -> None:
        pass
