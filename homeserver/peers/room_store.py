"""Our rooms, for other servers to read and to send to."""

from homeserver.peers.room_reader import StoredRoomReader
from homeserver.peers.room_writer import StoredRoomWriter
from homeserver.rooms.context import RoomsContext


class StoredRooms(StoredRoomWriter, StoredRoomReader):
    """Implements `RoomStore`."""

    def __init__(self, rooms: RoomsContext) -> None:
        StoredRoomWriter.__init__(self, rooms)
        StoredRoomReader.__init__(self, rooms)
