"""How much may be asked of others for the sake of one event, so that none can keep a server busy for long.

What was stored before a budget was spent stays stored: the next attempt goes on from there.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

MAX_REQUESTS: Final = 300
MAX_EVENTS: Final = 100_000
"""Enough for the state of the largest rooms, members included, with what authorised it."""

MAX_SECONDS: Final = 120.0


class Unfetchable(Exception):
    """What an event refers to could not be had now. Says nothing about the event: it is tried again."""


@dataclass(slots=True)
class Budget:
    """What is left."""

    requests: int = MAX_REQUESTS
    events: int = MAX_EVENTS
    ends_at: float = field(default_factory=lambda: asyncio.get_running_loop().time() + MAX_SECONDS)

    def spend_request(self) -> None:
        """Count a request. Raises Unfetchable when there were enough, or the time is over."""
        if self.requests <= 0 or asyncio.get_running_loop().time() > self.ends_at:
            raise Unfetchable("asked for more than one event is worth")
        self.requests -= 1

    def spend_events(self, count: int) -> None:
        """Count events that were fetched. Raises Unfetchable when there were enough."""
        if count > self.events:
            raise Unfetchable("leads to more events than one event is worth")
        self.events -= count
