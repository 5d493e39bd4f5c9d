"""Walk the tree of a space.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidhierarchy
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import RoomId, ServerName
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_summary import render_summary
from homeserver.rooms.space_children import SpaceChild
from homeserver.rooms.space_for_server import space_children
from homeserver.rooms.summary import may_see_summary, may_see_told

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
MAX_DEPTH: Final = 20
MAX_ASKED: Final = 50
"""For how many rooms one walk asks other servers."""
MAX_ROOMS: Final = 2_000
"""How many rooms a walk looks at, all pages together: each page walks again from the root."""

TOKEN: Final = re.compile(r"([0-9]{1,4})_([0-9]{1,2})_([01])", re.ASCII)


@dataclass(frozen=True, slots=True)
class HierarchyQuery:
    """What of a tree to show; depth 0 is the root alone."""

    limit: int = DEFAULT_LIMIT
    max_depth: int = MAX_DEPTH
    suggested_only: bool = False
    since: str | None = None


async def get_hierarchy(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, query: HierarchyQuery
) -> JsonObject:
    """Return a page of the rooms of a tree, depth first, that the requester may see.

    The token says how many rooms came before, so it is as short for any tree.

    Raises: Forbidden where the root cannot be seen; InvalidParam for a token of another query.
    """
    skip = _parse_token(query)
    walk = _Walk(ctx, requester, query)
    limit = min(max(query.limit, 1), MAX_LIMIT)
    rooms = await walk.rooms(room_id, skip + limit + 1)
    page: JsonObject = {"rooms": rooms[skip : skip + limit]}
    if len(rooms) > skip + limit:
        page["next_batch"] = f"{skip + limit}_{min(query.max_depth, MAX_DEPTH)}_{int(query.suggested_only)}"
    return page


def _parse_token(query: HierarchyQuery) -> int:
    """Return how many rooms earlier pages have shown."""
    if query.since is None:
        return 0
    match = TOKEN.fullmatch(query.since)
    if match is None:
        raise InvalidParam("`from` is no token of a hierarchy")
    if (int(match[2]), match[3] == "1") != (min(query.max_depth, MAX_DEPTH), query.suggested_only):
        raise InvalidParam("suggested_only and max_depth cannot change on paginated requests")
    return int(match[1])


@dataclass(frozen=True, slots=True)
class _Found:
    """A room of the tree that the requester may see."""

    summary: JsonObject
    children: Sequence[SpaceChild]


class _Walk:
    """One walk through a tree, every room at most once."""

    def __init__(self, ctx: RoomsContext, requester: Requester, query: HierarchyQuery) -> None:
        self._ctx = ctx
        self._requester = requester
        self._suggested_only = query.suggested_only
        self._max_depth = min(query.max_depth, MAX_DEPTH)
        self._told: dict[RoomId, JsonObject] = {}
        self._closed: set[RoomId] = set()
        self._asked = 0

    async def rooms(self, root: RoomId, wanted: int) -> list[JsonObject]:
        """Return the first rooms of the tree, rendered. Raises Forbidden."""
        found: list[JsonObject] = []
        seen: set[RoomId] = set()
        waiting: list[tuple[RoomId, Sequence[ServerName], int]] = [(root, (), 0)]
        while waiting and len(found) < wanted and len(seen) < MAX_ROOMS:
            room_id, via, depth = waiting.pop()
            if room_id in seen:
                continue
            seen.add(room_id)
            room = await self._find(room_id, via)
            if room is None:
                if not found:
                    raise Forbidden("You are not allowed to view this room")
                continue
            found.append({**room.summary, "children_state": [child.stripped for child in room.children]})
            if depth < self._max_depth:
                waiting += [(child.room_id, child.via, depth + 1) for child in reversed(room.children)]
        return found

    async def _find(self, room_id: RoomId, via: Sequence[ServerName]) -> _Found | None:
        room = await self._ctx.names.room(room_id)
        if room is None:
            return await self._find_elsewhere(room_id, via)
        summary = await self._ctx.summaries.of_room(room.nid)
        if not await may_see_summary(self._ctx, self._requester, summary):
            return None
        children = await space_children(self._ctx, summary, suggested_only=self._suggested_only)
        return _Found(render_summary(summary), children)

    async def _find_elsewhere(self, room_id: RoomId, via: Sequence[ServerName]) -> _Found | None:
        """Ask other servers of a room, unless what they said of its parent is enough."""
        told = self._told.get(room_id)
        if room_id in self._closed:
            return None
        if told is not None and told.get("room_type") != "m.space":
            return _Found(told, ()) if await may_see_told(self._ctx, self._requester, told) else None
        if self._asked >= MAX_ASKED:
            return None
        self._asked += 1
        others = [server for server in via if server != self._ctx.server_name]
        space = await self._ctx.elsewhere.space(room_id, others, suggested_only=self._suggested_only)
        if space is None or not await may_see_told(self._ctx, self._requester, space.summary):
            return None
        self._closed |= space.inaccessible
        self._told |= {child["room_id"]: child for child in space.known_children}
        children = [child for child in space.children if child.is_suggested or not self._suggested_only]
        return _Found(space.summary, children)
