"""The only place that asks the machine what time it is; tests pass a clock of their own."""

import time
from typing import Protocol


class Clock(Protocol):
    """Something that knows the time."""

    def now_ms(self) -> int:
        """Return the wall clock in milliseconds since the Unix epoch; it may step backwards."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never steps backwards. For intervals and deadlines."""


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()
