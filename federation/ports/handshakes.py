"""What handshakes need of whoever stores this server's rooms and users.

Refusals that the store itself decides on, such as those of restricted joins, are raised as its own errors,
which the routes' adapter answers likewise.
"""

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import RoomId, ServerName, UserId
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion


@dataclass(frozen=True, slots=True)
class JoinState:
    """What a joining server is told of a room: canonical events in pieces, none of them ever all in memory.

    `servers` are those with joined members before the join.
    """

    state: AsyncIterable[Sequence[bytes]]
    auth_chain: AsyncIterable[Sequence[bytes]]
    members_omitted: bool
    servers: Sequence[ServerName]


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite of a user of this server, signed by both servers.

    `stripped_state` is what the user is shown of the room, in the form of stripped state events.
    """

    version: RoomVersion
    event: Pdu
    stripped_state: Sequence[JsonObject]
    origin: ServerName


class Handshakes(Protocol):
    """Rooms and users of this server, as other servers' memberships are concerned with them."""

    async def member_template(self, room_id: RoomId, user_id: UserId, content: JsonObject) -> JsonObject:
        """Return a member event after the room's forward extremities, without hashes and signatures.

        Refuses with 403 M_FORBIDDEN what the authorization rules refuse.
        """

    async def authorising_user(self, room_id: RoomId, user_id: UserId) -> UserId | None:
        """Return the user of this server who may let somebody into a restricted room; None if none is needed.

        Refuses with M_FORBIDDEN, M_UNABLE_TO_AUTHORISE_JOIN, M_UNABLE_TO_GRANT_JOIN.
        """

    async def accept(self, room_id: RoomId, event: Pdu) -> None:
        """Take an event with checked signatures and hash into a room, and have it sent to the other servers.

        Refuses with 403 M_FORBIDDEN what the authorization rules refuse, by any of the states that count.
        """

    async def join_state(self, room_id: RoomId, event: Pdu, *, omit_members: bool) -> JoinState:
        """Return the state before an accepted join, and the auth chain of both."""

    async def stripped_state(self, room_id: RoomId, sender: UserId | None) -> Sequence[JsonObject]:
        """Return the events that tell outsiders what a room is, as PDUs; the sender's member event too."""

    async def check_may_be_invited(self, user_id: UserId, sender: UserId) -> None:
        """Refuse invites that a user of this server cannot have or does not want.

        Who has no account yet can be invited, and finds the invite once they have one. Refuses with 403
        M_FORBIDDEN where the account is closed, 403 M_INVITE_BLOCKED.
        """

    async def store_invite(self, invite: Invite) -> None:
        """Keep an invite into a room that no user of this server is in, and show it to the user."""

    async def exchange_third_party_invite(
        self, room_id: RoomId, sender: UserId, target: UserId, signed: JsonObject
    ) -> None:
        """Invite, in the name of a user of this server, who has proved to own the address they invited."""

    async def retract(self, event: Pdu, version: RoomVersion) -> None:
        """End an invite or a knock of a user of this server, if the event, checked, may do so."""
