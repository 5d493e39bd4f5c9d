"""What the verbs about keys work with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from federation.protocol.ids import ServerName, UserId, server_name_of
from homeserver.clock import Clock
from homeserver.e2ee.keys_of_users import ClaimedKeys, KeysOfUsers
from homeserver.fanout.shares import Shares
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.memberships import Memberships
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from homeserver.storage.positions import Positions
from homeserver.tailer import Tailer

WantedDevices: TypeAlias = Mapping[UserId, Sequence[str]]
"""Device ids by user; none of them stands for all."""
WantedKeys: TypeAlias = Mapping[UserId, Mapping[str, str]]
"""The wanted algorithm by user and device id."""


class PeerKeys(Protocol):
    """The keys of other servers' users."""

    async def query(self, wanted: WantedDevices, timeout_ms: int) -> KeysOfUsers:
        """Return the keys of devices and users; servers that do not answer in time are among the failures."""

    async def claim(self, wanted: WantedKeys, timeout_ms: int) -> ClaimedKeys:
        """Claim one-time keys; servers that do not answer in time are among the failures."""


class NoPeerKeys:
    """The keys of other servers' users, for a server that does not federate: all servers fail."""

    async def query(self, wanted: WantedDevices, timeout_ms: int) -> KeysOfUsers:
        return KeysOfUsers(failures=_all_failed(wanted))

    async def claim(self, wanted: WantedKeys, timeout_ms: int) -> ClaimedKeys:
        return ClaimedKeys(failures=_all_failed(wanted))


@dataclass(slots=True)
class Peers:
    """Other servers, as far as there are any: filled in when federation has been opened."""

    keys: PeerKeys = field(default_factory=NoPeerKeys)


@dataclass(frozen=True, slots=True)
class E2eeContext:
    """The dependencies of the verbs about keys, put together once at start."""

    server_name: ServerName
    clock: Clock
    db: Database
    names: Names
    positions: Positions
    memberships: Memberships
    tailer: Tailer
    shares: Shares
    peers: Peers = field(default_factory=Peers)

    @classmethod
    def of(cls, rooms: RoomsContext) -> "E2eeContext":
        return cls(
            rooms.server_name, rooms.clock, rooms.db, rooms.names, rooms.positions, rooms.memberships,
            rooms.tailer, rooms.shares,
        )  # fmt: skip


def _all_failed(wanted: Mapping[UserId, object]) -> dict[ServerName, str]:
    return {server_name_of(user_id): "This server does not federate" for user_id in wanted}
