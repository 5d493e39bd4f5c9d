"""m.typing of other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#typing-notifications
"""

from typing import Final

from federation.ports.rooms import RoomWriter
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName
from homeserver.ephemeral.context import EphemeralContext
from homeserver.peers.edu_rooms import joined_user, room_open_to, user_of_origin

TIMEOUT_MS: Final = 60_000
"""How long somebody is shown as typing: their server says it again long before, and says when they stop."""


async def receive_typing(
    ctx: EphemeralContext, access: RoomWriter, origin: ServerName, content: JsonObject
) -> None:
    """Show a user of the sending server as typing in a room that they have joined, or as not typing.

    Raises: InvalidIdentifier, Forbidden.
    """
    user_id = user_of_origin(content.get("user_id"), origin)
    room = await room_open_to(ctx.rooms, access, content.get("room_id"), origin)
    user_nid = await joined_user(ctx.rooms, room, user_id)
    if content.get("typing") is True:
        ctx.typing.start_typing(room.nid, user_nid, user_id, TIMEOUT_MS)
    else:
        ctx.typing.stop_typing(room.nid, user_nid)
