"""Stamps: the order of what is kept in memory only, typing and presence."""

from homeserver.clock import Clock


class Stamps:
    """Gives out increasing numbers, one counter for typing and presence together.

    They follow the wall clock in milliseconds, so that those given out after a restart are above those before
    it. `floor` is where this process began: what a client was told up to then is not known here.
    """

    __slots__ = ("_clock", "floor", "last")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.floor = clock.now_ms()
        self.last = self.floor

    def next(self) -> int:
        """Return a stamp above all before it."""
        self.last = max(self.last + 1, self._clock.now_ms())
        return self.last

    def saw(self, stamp: int) -> None:
        """Note a stamp that another worker, or what all workers share, has given out."""
        self.last = max(self.last, stamp)
