"""The canonical alias of a room: what may be listed in it, and what stays when an alias goes.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroomcanonical_alias
"""

from federation.protocol.ids import InvalidIdentifier, RoomAlias, parse_room_alias
from homeserver.errors import BadAlias, BadJson, InvalidParam
from homeserver.json_types import JsonObject, ReadonlyJsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_of_local_alias
from homeserver.rooms.room_state import CANONICAL_ALIAS, current_event
from homeserver.storage.rooms import Room

MAX_ALT_ALIASES = 200


def listed_aliases(content: ReadonlyJsonObject) -> set[str]:
    """Return every alias that a canonical alias event's content lists, valid or not."""
    alternatives = content.get("alt_aliases")
    listed = [content.get("alias"), *(alternatives if isinstance(alternatives, list) else ())]
    return {alias for alias in listed if isinstance(alias, str) and alias}


def without_alias(content: ReadonlyJsonObject, alias: RoomAlias) -> JsonObject:
    """Return a canonical alias event's content with one alias taken out."""
    kept = {name: value for name, value in content.items() if name not in ("alias", "alt_aliases")}
    if content.get("alias") not in (None, alias):
        kept["alias"] = content["alias"]
    alternatives = content.get("alt_aliases")
    if isinstance(alternatives, list):
        rest = [other for other in alternatives if other != alias]
        if rest:
            kept["alt_aliases"] = rest
    return kept


async def check_canonical_alias(ctx: RoomsContext, room: Room, content: ReadonlyJsonObject) -> None:
    """Refuse content that newly lists what does not lead to the room.

    Raises: BadJson for wrong types, InvalidParam for what is no alias, BadAlias for one that leads elsewhere.
    """
    _check_types(content)
    before = await current_event(ctx, room, CANONICAL_ALIAS)
    known = set() if before is None else listed_aliases(before.content)
    for alias in sorted(listed_aliases(content) - known):
        target = await room_of_local_alias(ctx, parse_listed_alias(alias))
        if target is None or target.nid != room.nid:
            raise BadAlias(f"{alias} does not lead to this room")


def parse_listed_alias(alias: str) -> RoomAlias:
    """Parse an alias in the content of an event. Raises InvalidParam."""
    try:
        return parse_room_alias(alias)
    except InvalidIdentifier as error:
        raise InvalidParam(f"{alias[:255]!r} is not a room alias") from error


def _check_types(content: ReadonlyJsonObject) -> None:
    alternatives = content.get("alt_aliases")
    if not isinstance(content.get("alias"), str | None):
        raise BadJson("`alias` must be a string")
    if alternatives is None:
        return
    if not isinstance(alternatives, list) or not all(isinstance(alias, str) for alias in alternatives):
        raise BadJson("`alt_aliases` must be a list of strings")
    if len(alternatives) > MAX_ALT_ALIASES:
        raise BadJson(f"At most {MAX_ALT_ALIASES} `alt_aliases` are taken")
