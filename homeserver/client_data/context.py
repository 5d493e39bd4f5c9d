"""What the services of client data work with."""

from dataclasses import dataclass
from typing import Self

from homeserver.client_data.filter_cache import FilterCache
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.memberships import Memberships
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from homeserver.storage.positions import Positions


@dataclass(frozen=True, slots=True)
class ClientDataContext:
    """The dependencies of every verb in this package, put together once at start."""

    db: Database
    names: Names
    positions: Positions
    memberships: Memberships
    filters: FilterCache

    @classmethod
    def of(cls, rooms: RoomsContext) -> Self:
        return cls(rooms.db, rooms.names, rooms.positions, rooms.memberships, FilterCache(rooms.db))
