"""What the to-device services work with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from federation.protocol.ids import ServerName, UserId
from homeserver.clock import Clock
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from homeserver.storage.positions import Change, Positions

Messages: TypeAlias = Mapping[UserId, Mapping[str, JsonObject]]
"""Contents by user and device id; the device id "*" stands for all of the user's devices."""


@dataclass(frozen=True, slots=True)
class RemoteMessages:
    """Messages of one request to devices of other servers' users."""

    sender: UserId
    type: str
    messages: Messages


class RemoteDevices(Protocol):
    """Takes messages to other servers."""

    async def enqueue(self, change: Change, messages: RemoteMessages) -> None:
        """Note messages for delivery, in the transaction of the request that sends them."""


class NoRemoteDevices:
    """The devices of other servers, for a server that does not federate: there are none."""

    async def enqueue(self, change: Change, messages: RemoteMessages) -> None:
        pass


@dataclass(frozen=True, slots=True)
class ToDeviceContext:
    """The dependencies of the to-device verbs, put together once at start."""

    server_name: ServerName
    clock: Clock
    db: Database
    names: Names
    positions: Positions
    remote: RemoteDevices = field(default_factory=NoRemoteDevices)

    @classmethod
    def of(cls, rooms: RoomsContext, remote: RemoteDevices | None = None) -> "ToDeviceContext":
        return cls(
            rooms.server_name,
            rooms.clock,
            rooms.db,
            rooms.names,
            rooms.positions,
            remote or NoRemoteDevices(),
        )
