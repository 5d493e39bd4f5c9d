"""Rooms that this server is not in, as far as its users come into them and go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from federation.protocol.ids import RoomAlias, RoomId, ServerName, UserId
from federation.protocol.pdu import Pdu
from federation.protocol.policy_server import Policy
from federation.protocol.room_versions import RoomVersion
from homeserver.errors import MatrixError, NotFound
from homeserver.json_types import JsonObject
from homeserver.rooms.join_progress import JoinsUnderWay
from homeserver.rooms.remote_history import NoRemoteHistory, RemoteHistory
from homeserver.storage.rooms import Room


@dataclass(frozen=True, slots=True)
class Wish:
    """What a user of this server wants of a room: `content` is that of the member event.

    `servers` are those to ask, the likeliest first.
    """

    user_id: UserId
    room_id: RoomId
    content: JsonObject
    servers: Sequence[ServerName]


@dataclass(frozen=True, slots=True)
class Knocked:
    """A knock that another server has taken, and what it shows of the room."""

    version: RoomVersion
    event: Pdu
    stripped_state: Sequence[JsonObject]
    via: ServerName


class RemoteRooms(Protocol):
    """Asks other servers. All raise MatrixError where none of them helps."""

    async def find_alias(self, alias: RoomAlias) -> tuple[RoomId, Sequence[ServerName]]:
        """Return the room of another server's alias, and servers that are in it. Raises NotFound."""

    async def join(self, wish: Wish, *, although_resident: bool = False) -> bool:
        """Have the user join. False: nothing was done, since this server has come into the room meanwhile.

        `although_resident` lets another server's member let the user in where nobody here can.
        """

    async def knock(self, wish: Wish) -> Knocked:
        """Have the user knock; what is known of it is for the caller to keep."""

    async def leave(self, wish: Wish) -> tuple[RoomVersion, Pdu]:
        """Have the user leave a room that this server is not in; to keep that is for the caller."""

    async def invite(self, room: Room, sender: UserId, target: UserId, content: JsonObject) -> Pdu:
        """Invite a user of another server into a room of this one, whose server has to sign the event."""

    async def exchange_third_party_invite(
        self, room_id: RoomId, sender: UserId, target: UserId, invitation: JsonObject
    ) -> None:
        """Ask another server to invite a user of ours, in the name of who invited their address."""

    async def sign_by_policy(self, room: Room, event: Pdu, policy: Policy) -> Pdu:
        """Return an event with the signature of a room's policy server, where it recommends the event."""


class NoRemoteRooms:
    """For a server that does not federate: there are no other rooms."""

    async def find_alias(self, alias: RoomAlias) -> tuple[RoomId, Sequence[ServerName]]:
        raise NotFound("There is no such room alias")

    async def join(self, wish: Wish, *, although_resident: bool = False) -> bool:
        raise _unknown_room()

    async def knock(self, wish: Wish) -> Knocked:
        raise _unknown_room()

    async def leave(self, wish: Wish) -> tuple[RoomVersion, Pdu]:
        raise _unknown_room()

    async def invite(self, room: Room, sender: UserId, target: UserId, content: JsonObject) -> Pdu:
        raise NotFound("The user's server cannot be reached")

    async def exchange_third_party_invite(
        self, room_id: RoomId, sender: UserId, target: UserId, invitation: JsonObject
    ) -> None:
        raise NotFound("The inviting user's server cannot be reached")

    async def sign_by_policy(self, room: Room, event: Pdu, policy: Policy) -> Pdu:
        raise MatrixError("M_UNKNOWN", 502, "The room's policy server cannot be asked")


@dataclass(slots=True)
class Gateway:
    """The way to other servers' rooms, which opens only after everything that uses it.

    `joins` tells of rooms that are being completed.
    """

    rooms: RemoteRooms = field(default_factory=NoRemoteRooms)
    joins: JoinsUnderWay = field(default_factory=JoinsUnderWay)
    history: RemoteHistory = field(default_factory=NoRemoteHistory)


def _unknown_room() -> NotFound:
    return NotFound("This server does not know the room")
