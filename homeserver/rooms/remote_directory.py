"""The rooms of other servers, as far as those tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.protocol.ids import RoomId, ServerName
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject
from homeserver.rooms.public_rooms_query import PublicRoomsQuery
from homeserver.rooms.space_children import SpaceChild


@dataclass(frozen=True, slots=True)
class RemoteSpace:
    """A room of other servers, and what they say of its children.

    `summary` is the room as `render_summary` renders those of this server. `children` are in the order of
    the specification; of those in `known_children` the summary came along; nobody gets into the
    `inaccessible` ones.
    """

    summary: JsonObject
    children: Sequence[SpaceChild]
    known_children: Sequence[JsonObject]
    inaccessible: frozenset[RoomId]


class RemoteDirectory(Protocol):
    """Asks other servers."""

    async def public_rooms(self, server: ServerName, query: PublicRoomsQuery) -> JsonObject:
        """Return a page of another server's published rooms.

        Raises: NotFound for a server that cannot be reached; MatrixError for its refusal.
        """

    async def space(
        self, room_id: RoomId, via: Sequence[ServerName], *, suggested_only: bool
    ) -> RemoteSpace | None:
        """Return a room, and its children, as the first of some servers tells that knows it."""


class NoRemoteDirectory:
    """Other servers' rooms, for a server that does not federate: there are none."""

    async def public_rooms(self, server: ServerName, query: PublicRoomsQuery) -> JsonObject:
        raise NotFound("The server cannot be reached")

    async def space(
        self, room_id: RoomId, via: Sequence[ServerName], *, suggested_only: bool
    ) -> RemoteSpace | None:
        return None
