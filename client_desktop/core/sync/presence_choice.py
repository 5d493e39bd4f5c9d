"""How the account wants to be seen, which every way of following tells the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class PresenceChoice:
    """`state`: online, unavailable or offline."""

    state: str = "online"
    changed: Callable[[], None] = lambda: None
    """Told when another state is chosen: whoever follows the server says so at once."""

    def choose(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.changed()
