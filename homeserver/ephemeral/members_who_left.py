"""Stops showing people as typing in rooms that they are no longer in."""

from homeserver.ephemeral.typing import Typing
from homeserver.tailer import Batch


class MembersWhoLeft:
    """Follows memberships for the sake of typing; the tailer calls `apply`."""

    def __init__(self, typing: Typing) -> None:
        self._typing = typing

    def apply(self, batch: Batch) -> None:
        for event in batch.events:
            if event.type != "m.room.member":
                continue
            typing = self._typing.typing_nids(event.room_nid)
            if not typing or event.load()["content"].get("membership") == "join":
                continue
            # A commit names the users whose membership it changes. A change elsewhere in the same commit may
            # stop somebody here too: their client says again soon that they type.
            for user_nid in set(typing).intersection(batch.entry.users):
                self._typing.has_left(event.room_nid, user_nid)
