"""The history of rooms as other servers have it: the port to them."""

from collections.abc import Sequence
from typing import Protocol

from federation.protocol.ids import EventId
from homeserver.storage.rooms import Room


class RemoteHistory(Protocol):
    """Asks the servers in a room. Neither raises nor takes long: who asks has an answer without it, too."""

    async def extend(self, room: Room, lacking: Sequence[EventId]) -> bool:
        """Store events that lack, with some before them; return whether there are more events now."""

    async def extend_up_to(self, room: Room, timestamp_ms: int, *, forwards: bool) -> bool:
        """Store history up to what others call the event closest to a time; return whether it is here now."""


class NoRemoteHistory:
    """For a server that does not federate: what it has is all there is."""

    async def extend(self, room: Room, lacking: Sequence[EventId]) -> bool:
        return False

    async def extend_up_to(self, room: Room, timestamp_ms: int, *, forwards: bool) -> bool:
        return False
