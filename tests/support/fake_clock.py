"""A clock that stands still until a test moves it."""


class FakeClock:
    """A `homeserver.clock.Clock` whose time is what a test says."""

    def __init__(self, now_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._passed_ms = 0

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self._passed_ms / 1000

    def advance(self, milliseconds: int) -> None:
        self._now_ms += milliseconds
        self._passed_ms += milliseconds

    def jump(self, milliseconds: int) -> None:
        """Set the wall clock, to and fro, as somebody who puts it right does: no time passes."""
        self._now_ms += milliseconds
