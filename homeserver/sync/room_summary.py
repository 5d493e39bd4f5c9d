"""The summary of a room, from which clients that load members lazily make its name.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from collections.abc import Mapping, Sequence

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.rooms.render_event import Viewer
from homeserver.storage import memberships
from homeserver.storage.db import Connection
from homeserver.storage.memberships import MemberCounts
from homeserver.storage.state import StoredState, select_current_entries_of_rooms
from homeserver.storage.state_keys import StateEntry

NAMES: tuple[StateEntry, ...] = (("m.room.name", ""), ("m.room.canonical_alias", ""))


async def load_summaries(conn: Connection, viewer: Viewer, room_nids: Sequence[int]) -> dict[int, JsonObject]:
    """Return the summaries of rooms; those without a name come with members to name them after."""
    if not room_nids:
        return {}
    counts = await memberships.count_members(conn, room_nids)
    heroes = await _load_heroes(conn, viewer, room_nids)
    summaries: dict[int, JsonObject] = {}
    for room_nid in room_nids:
        count = counts.get(room_nid, MemberCounts())
        summaries[room_nid] = {
            "m.joined_member_count": count.joined,
            "m.invited_member_count": count.invited,
        }
        if room_nid in heroes:
            summaries[room_nid]["m.heroes"] = heroes[room_nid]
    return summaries


async def _load_heroes(conn: Connection, viewer: Viewer, room_nids: Sequence[int]) -> dict[int, list[UserId]]:
    """Return the heroes of rooms without a name; where nobody else is left, those who were there."""
    named = await select_current_entries_of_rooms(conn, room_nids, NAMES)
    unnamed = [room_nid for room_nid in room_nids if not _is_named(named.get(room_nid, {}))]
    if not unnamed:
        return {}
    heroes: dict[int, list[UserId]] = {room_nid: [] for room_nid in unnamed}
    heroes |= await memberships.select_heroes(conn, unnamed, ["join", "invite"], viewer.user_nid)
    lonely = [room_nid for room_nid in unnamed if not heroes[room_nid]]
    if lonely:
        heroes |= await memberships.select_heroes(conn, lonely, ["leave", "ban"], viewer.user_nid)
    return heroes


def _is_named(state: Mapping[StateEntry, StoredState]) -> bool:
    contents = {type_: stored.load()["content"] for (type_, _key), stored in state.items()}
    return bool(
        contents.get("m.room.name", {}).get("name") or contents.get("m.room.canonical_alias", {}).get("alias")
    )
