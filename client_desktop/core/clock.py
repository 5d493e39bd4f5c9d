"""The time, as something that tests can hold in their hands."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def now_ms(self) -> int:
        """Tell the wall clock, in milliseconds since 1970: what events and people speak of."""
        ...

    def monotonic(self) -> float:
        """Tell seconds that never go back: what waiting is measured in."""
        ...


class SystemClock:
    """The machine's own."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()
