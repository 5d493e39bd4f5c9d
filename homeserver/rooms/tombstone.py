"""The event that ends a room."""

from federation.protocol.ids import RoomId
from homeserver.errors import InvalidParam
from homeserver.json_types import ReadonlyJsonObject


def check_tombstone(type_: str, room_id: RoomId, content: ReadonlyJsonObject) -> None:
    """Refuse a tombstone that leads back into its own room. Raises InvalidParam."""
    if type_ == "m.room.tombstone" and content.get("replacement_room") == room_id:
        raise InvalidParam("A room cannot replace itself")
