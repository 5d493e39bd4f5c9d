"""The access control lists of rooms, compiled once for each event that sets one."""

from typing import Final

from federation.protocol.ids import EventId
from federation.protocol.server_acl import ServerAcl, compile_server_acl
from homeserver.caches import LruCache
from homeserver.rooms.context import RoomsContext
from homeserver.storage.rooms import Room

MAX_COMPILED: Final = 1_000
SERVER_ACL: Final = ("m.room.server_acl", "")


class ServerAcls:
    """Reads the list in a room's cached state, and remembers what was compiled by the event's id."""

    def __init__(self, rooms: RoomsContext) -> None:
        self._rooms = rooms
        self._compiled: LruCache[EventId, ServerAcl] = LruCache(MAX_COMPILED)

    async def of_room(self, room: Room) -> ServerAcl | None:
        """Return the list of a room as it stands, None where there is none."""
        event = (await self._rooms.heads.load(room, [SERVER_ACL])).state[SERVER_ACL]
        if event is None:
            return None
        acl = self._compiled.get(event.pdu.event_id)
        if acl is None:
            acl = compile_server_acl(event.pdu.content)
            self._compiled.put(event.pdu.event_id, acl)
        return acl
