"""What a server tells of a room to whom it invites, or who knocks: stripped state, or events of the room.

Clients are shown nothing but the four keys of stripped state, whatever came; and what came is bounded
(CVE-2023-32323) and may be no list at all (CVE-2024-52815).

Spec: https://spec.matrix.org/v1.19/client-server-api/#stripped-state
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonObject, JsonValue, encode_canonical_json
from federation.protocol.errors import ProtocolError
from federation.protocol.ids import RoomId
from federation.protocol.room_versions import RoomVersion
from federation.transport.check_pdus import check_pdus

MAX_ENTRIES: Final = 50
MAX_ENTRY_BYTES: Final = 65_536
MAX_BYTES: Final = 128 * 1024
FIELDS: Final = ("type", "state_key", "sender", "content")


def read_stripped_state(value: JsonValue) -> list[JsonObject]:
    """Return what of some stripped state a client may be shown, as much of it as is kept; never raises."""
    kept: list[JsonObject] = []
    left = MAX_BYTES
    for entry in value[:MAX_ENTRIES] if isinstance(value, list) else ():
        stripped = _strip(entry)
        size = _size(stripped)
        if stripped is not None and size <= left:
            left -= size
            kept.append(stripped)
    return kept


async def check_invite_state(
    ctx: FederationContext, version: RoomVersion, room_id: RoomId, value: JsonValue
) -> list[JsonObject]:
    """Return what an invited user is shown of the room.

    Where the room id follows from the create event, that has to be there, as it was signed; elsewhere servers
    still send stripped events only, or nothing.

    Raises: FederationRefusal 400 M_INVALID_PARAM.
    """
    if not isinstance(value, list | None):
        raise FederationRefusal(400, "M_INVALID_PARAM", "`invite_room_state` is not a list")
    if len(value or ()) > MAX_ENTRIES:
        raise FederationRefusal(
            400, "M_INVALID_PARAM", f"`invite_room_state` has more than {MAX_ENTRIES} entries"
        )
    if version.room_id_is_create_hash:
        creates = [e for e in value or () if isinstance(e, dict) and e.get("type") == "m.room.create"]
        checked = await check_pdus(ctx.keyring, version, creates[:1], room_id)
        if not checked.pdus or checked.pdus[0].content.get("room_version") != version.identifier:
            raise FederationRefusal(
                400, "M_INVALID_PARAM", "`invite_room_state` lacks the room's create event, whole and signed"
            )
    return read_stripped_state(value)


def _strip(entry: JsonValue) -> JsonObject | None:
    """Return an entry's four keys, None for what is no stripped state event."""
    if not isinstance(entry, dict):
        return None
    stripped: JsonObject = {key: entry[key] for key in FIELDS if key in entry}
    texts = all(isinstance(stripped.get(key), str) for key in FIELDS[:3])
    return stripped if texts and isinstance(stripped.get("content"), dict) else None


def _size(entry: JsonObject | None) -> int:
    try:
        return len(encode_canonical_json(entry, strict_numbers=False))
    except ProtocolError:
        return MAX_BYTES + 1
