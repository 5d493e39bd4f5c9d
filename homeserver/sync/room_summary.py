"""The summary of a room, from which clients that load members lazily make its name.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from collections.abc import Sequence

from homeserver.json_types import JsonObject
from homeserver.rooms.render_event import Viewer
from homeserver.storage import memberships
from homeserver.storage.db import Connection
from homeserver.storage.memberships import MemberCounts


async def load_summaries(conn: Connection, viewer: Viewer, room_nids: Sequence[int]) -> dict[int, JsonObject]:
    """Return the summaries of rooms; where nobody else is left, the heroes are those who were there."""
    if not room_nids:
        return {}
    counts = await memberships.count_members(conn, room_nids)
    heroes = await memberships.select_heroes(conn, room_nids, ["join", "invite"], viewer.user_nid)
    lonely = [room_nid for room_nid in room_nids if room_nid not in heroes]
    if lonely:
        heroes |= await memberships.select_heroes(conn, lonely, ["leave", "ban"], viewer.user_nid)
    return {
        room_nid: {
            "m.heroes": heroes.get(room_nid, []),
            "m.joined_member_count": counts.get(room_nid, MemberCounts()).joined,
            "m.invited_member_count": counts.get(room_nid, MemberCounts()).invited,
        }
        for room_nid in room_nids
    }
