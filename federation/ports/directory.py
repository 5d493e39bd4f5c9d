"""What other servers may look up here: aliases, profiles, published rooms, spaces, who a token belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import RoomAlias, RoomId, ServerName, UserId


@dataclass(frozen=True, slots=True)
class PublicRoomsPage:
    """Which of the published rooms are asked for: None means no such restriction.

    `room_types` may hold None, for rooms without a type.
    """

    limit: int | None = None
    since: str | None = None
    search_term: str | None = None
    room_types: frozenset[str | None] | None = None


class Directory(Protocol):
    """Answers questions about this server's rooms and users."""

    async def room_of_alias(self, alias: RoomAlias) -> tuple[RoomId, Sequence[ServerName]] | None:
        """Return the room that an alias of this server leads to, and servers that are in it."""

    async def profile_of(self, user_id: UserId) -> JsonObject | None:
        """Return all fields of a user of this server; None where there is no such user."""

    async def public_rooms(self, page: PublicRoomsPage) -> JsonObject:
        """Return a page of the published rooms, as the endpoint answers it."""

    async def space(self, asking: ServerName, room_id: RoomId, *, suggested_only: bool) -> JsonObject | None:
        """Return a space with those of its children that users of the asking server may see.

        None where the room is unknown, or they may not see it.
        """

    async def user_of_openid_token(self, token: str) -> UserId | None:
        """Return whose OpenID token this is, None where it is none, or no longer one."""
