"""m.presence of other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#presence
"""

from typing import Final

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import InvalidIdentifier, ServerName
from homeserver.ephemeral.context import EphemeralContext
from homeserver.ephemeral.presence_state import PresenceState, RemotePresence
from homeserver.errors import Forbidden
from homeserver.peers.edu_rooms import user_of_origin

MAX_UPDATES: Final = 1_000
MAX_STATUS: Final = 1_024
MAX_AGO_MS: Final = 365 * 24 * 3600 * 1000


async def receive_presence(ctx: EphemeralContext, origin: ServerName, content: JsonObject) -> None:
    """Show users of the sending server as it says, those that are known here.

    Only who shares a room with them will see it. That may be about to be: the word of somebody we join often
    comes before the room. A bad update does not stop the others.
    """
    updates = content.get("push")
    for update in updates[:MAX_UPDATES] if isinstance(updates, list) else ():
        try:
            if isinstance(update, dict):
                await _receive(ctx, origin, update)
        except (InvalidIdentifier, Forbidden, ValueError):
            continue


async def _receive(ctx: EphemeralContext, origin: ServerName, update: JsonObject) -> None:
    """Raises: InvalidIdentifier, Forbidden, ValueError for an unknown state."""
    user_id = user_of_origin(update.get("user_id"), origin)
    user_nid = (await ctx.rooms.names.known_users([user_id])).get(user_id)
    if user_nid is None:
        raise Forbidden("The user is not known here")
    status_msg = update.get("status_msg")
    shown = RemotePresence(
        PresenceState(str(update.get("presence"))),
        update.get("currently_active") is True,
        status_msg[:MAX_STATUS] if isinstance(status_msg, str) and status_msg else None,
        _ago_ms(update.get("last_active_ago")),
    )
    ctx.presence.put_remote(user_nid, user_id, shown)


def _ago_ms(value: JsonValue) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return min(max(value, 0), MAX_AGO_MS)
