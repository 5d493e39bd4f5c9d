"""Which of this server's users began or stopped typing since other servers were last told.

Spec: https://spec.matrix.org/v1.19/server-server-api/#typing-notifications
"""

from collections.abc import Callable
from typing import Final

from federation.protocol.ids import ServerName, UserId, server_name_of
from homeserver.clock import Clock
from homeserver.ephemeral.typing import Typing

SAY_AGAIN_AFTER_S: Final = 25.0
"""Others show somebody as typing for half a minute or so, unless they hear it again."""


class OutboundTyping:
    """Compares who types with what was told."""

    def __init__(self, typing: Typing, clock: Clock, own: ServerName) -> None:
        self._typing = typing
        self._clock = clock
        self._own = own
        self._told: dict[int, dict[UserId, float]] = {}
        self._changed: set[int] = set()
        self._listener: Callable[[], None] = lambda: None
        self.stop = typing.on_change(self._note)
        """Take no more notes."""

    def on_news(self, listener: Callable[[], None]) -> None:
        """Call `listener` when there is something to take."""
        self._listener = listener

    def take(self) -> dict[int, dict[UserId, bool]]:
        """Return, per room, who is to be told to type, or to have stopped; it counts as told then."""
        changes: dict[int, dict[UserId, bool]] = {}
        for room_nid in self._changed:
            if found := self._compare(room_nid):
                changes[room_nid] = found
        self._changed.clear()
        return changes

    def look_again(self) -> None:
        """Have those told of again who have been typing for a while."""
        before = self._clock.monotonic() - SAY_AGAIN_AFTER_S
        due = [nid for nid, users in self._told.items() if any(told <= before for told in users.values())]
        if due:
            self._changed.update(due)
            self._listener()

    def _note(self, room_nid: int) -> None:
        self._changed.add(room_nid)
        self._listener()

    def _compare(self, room_nid: int) -> dict[UserId, bool]:
        now = self._clock.monotonic()
        told = self._told.get(room_nid, {})
        typing = [user for user in self._typing.current(room_nid) if server_name_of(user) == self._own]
        changes = {user: False for user in told if user not in typing}
        changes |= {user: True for user in typing if now - told.get(user, -1e9) >= SAY_AGAIN_AFTER_S}
        if typing:
            self._told[room_nid] = {user: now if user in changes else told[user] for user in typing}
        else:
            self._told.pop(room_nid, None)
        return changes
