"""A clock that stands still until a test moves it."""


class FakeClock:
    """A `homeserver.clock.Clock` whose time is what a test says."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._start_ms = now_ms
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return (self._now_ms - self._start_ms) / 1000

    def advance(self, milliseconds: int) -> None:
        self._now_ms += milliseconds
