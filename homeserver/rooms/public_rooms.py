"""List the published rooms.

Spec: https://spec.matrix.org/v1.19/client-server-api/#published-room-directory
"""

import re
from collections.abc import Sequence
from typing import Final

from homeserver.errors import InvalidParam
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.public_rooms_query import PublicRoomsQuery
from homeserver.rooms.room_summary import RoomSummary, render_published
from homeserver.storage.directory import (
    select_published_rooms,
    select_rooms_of_all_networks,
    select_rooms_of_network,
)

MAX_LIMIT: Final = 500
MAX_SEARCH_LENGTH: Final = 255
TOKEN: Final = re.compile(r"([fb])([0-9]{1,15})_([0-9]{1,18})", re.ASCII)

TOKEN_OF_END: Final = "b0_999999999999999999"

Place = tuple[int, int]
"""Where a room stands in the listing: by members, most first, then by number."""


async def list_public_rooms(ctx: RoomsContext, query: PublicRoomsQuery) -> JsonObject:
    """Return one page of the published rooms, those with most members first.

    Raises: InvalidParam for a token that is none, or a search term too long.
    """
    rooms = await _matching_rooms(ctx, query)
    forwards, start = _parse_token(query.since)
    limit = min(query.limit, MAX_LIMIT)
    if forwards:
        first = next((i for i, room in enumerate(rooms) if _place(room) >= start), len(rooms))
        last = min(first + limit, len(rooms))
    else:
        last = next((i for i, room in enumerate(rooms) if _place(room) >= start), len(rooms))
        first = max(last - limit, 0)
    page: JsonObject = {
        "chunk": [render_published(room) for room in rooms[first:last]],
        "total_room_count_estimate": len(rooms),
    }
    if last < len(rooms):
        page["next_batch"] = _token("f", rooms[last])
    if first > 0:
        page["prev_batch"] = _token("b", rooms[first]) if first < len(rooms) else TOKEN_OF_END
    return page


async def _matching_rooms(ctx: RoomsContext, query: PublicRoomsQuery) -> Sequence[RoomSummary]:
    term = (query.term or "").strip().lower()
    if len(term) > MAX_SEARCH_LENGTH:
        raise InvalidParam(f"A search term has at most {MAX_SEARCH_LENGTH} characters")
    async with ctx.db.acquire() as conn:
        if query.all_networks:
            published = await select_rooms_of_all_networks(conn)
        elif query.network is not None:
            published = await select_rooms_of_network(conn, *_split_network(query.network))
        else:
            published = await select_published_rooms(conn)
    found = (await ctx.summaries.of_rooms(published)).values()
    matching = [room for room in found if _fits(room, term, query.room_types)]
    return sorted(matching, key=_place)


def _split_network(instance_id: str) -> tuple[str, str]:
    """Return application service and network of what /thirdparty/protocols names an instance by."""
    appservice_id, _, network_id = instance_id.partition("|")
    return appservice_id, network_id


def _fits(room: RoomSummary, term: str, room_types: frozenset[str | None] | None) -> bool:
    return (room_types is None or room.room_type in room_types) and (not term or room.mentions(term))


def _place(room: RoomSummary) -> Place:
    return -room.joined_members, room.room.nid


def _token(direction: str, room: RoomSummary) -> str:
    return f"{direction}{room.joined_members}_{room.room.nid}"


def _parse_token(since: str | None) -> tuple[bool, Place]:
    """Return whether to go forwards, and the place to go from."""
    if since is None:
        return True, (-(10**15), 0)
    match = TOKEN.fullmatch(since)
    if match is None:
        raise InvalidParam("`since` is no token of this listing")
    return match[1] == "f", (-int(match[2]), int(match[3]))
