"""What this worker remembers of sliding sync: users' rooms in order, and the connections of clients."""

from collections import OrderedDict

from homeserver.caches import LruCache
from homeserver.storage.sliding_connections import ConnectionKey
from homeserver.sync.sliding.connection import SlidingConnection
from homeserver.sync.sliding.user_rooms import UserRooms

MAX_USERS = 2_000
MAX_USER_ROOMS = 500_000
MAX_CONNECTIONS = 10_000
MAX_SENT_ROOMS = 500_000


class SlidingMemory:
    """Bounded by the number of rooms remembered; what is dropped is read from the database again."""

    def __init__(self) -> None:
        self._users: LruCache[int, UserRooms] = LruCache(MAX_USERS)
        self._connections: OrderedDict[ConnectionKey, SlidingConnection] = OrderedDict()

    def rooms_of(self, user_nid: int) -> UserRooms:
        """Return what is remembered of a user's rooms; nothing at first."""
        rooms = self._users.get(user_nid)
        if rooms is None:
            while sum(len(known.order) for known in self._users.values()) > MAX_USER_ROOMS:
                self._users.pop(next(iter(self._users)))
            rooms = UserRooms()
            self._users.put(user_nid, rooms)
        return rooms

    def connection(self, key: ConnectionKey) -> SlidingConnection | None:
        found = self._connections.get(key)
        if found is not None:
            self._connections.move_to_end(key)
        return found

    def put(self, connection: SlidingConnection) -> None:
        """Remember a connection, in place of an older one of the same name."""
        older = self._connections.pop(connection.key, None)
        if older is not None and older.turn is not None:
            older.turn.end()
        self._connections[connection.key] = connection
        held = sum(len(known.rooms) for known in self._connections.values())
        while len(self._connections) > MAX_CONNECTIONS or (
            held > MAX_SENT_ROOMS and len(self._connections) > 1
        ):
            held -= len(self._connections.popitem(last=False)[1].rooms)
