"""Walk the tree of a space.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidhierarchy
"""

import re
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_summary import RoomSummary, render_summary
from homeserver.rooms.space_for_server import space_children
from homeserver.rooms.summary import may_see_summary

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
MAX_DEPTH: Final = 20
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


class _Walk:
    """One walk through a tree, every room at most once."""

    def __init__(self, ctx: RoomsContext, requester: Requester, query: HierarchyQuery) -> None:
        self._ctx = ctx
        self._requester = requester
        self._suggested_only = query.suggested_only
        self._max_depth = min(query.max_depth, MAX_DEPTH)

    async def rooms(self, root: RoomId, wanted: int) -> list[JsonObject]:
        """Return the first rooms of the tree, rendered. Raises Forbidden."""
        found: list[JsonObject] = []
        seen: set[RoomId] = set()
        waiting = [(root, 0)]
        while waiting and len(found) < wanted and len(seen) < MAX_ROOMS:
            room_id, depth = waiting.pop()
            if room_id in seen:
                continue
            seen.add(room_id)
            summary = await self._visible(room_id)
            if summary is None:
                if not found:
                    raise Forbidden("You are not allowed to view this room")
                continue
            children = await space_children(self._ctx, summary, suggested_only=self._suggested_only)
            found.append(
                {**render_summary(summary), "children_state": [child.stripped for child in children]}
            )
            if depth < self._max_depth:
                waiting += [(child.room_id, depth + 1) for child in reversed(children)]
        return found

    async def _visible(self, room_id: RoomId) -> RoomSummary | None:
        room = await self._ctx.names.room(room_id)
        if room is None:
            return None
        summary = await self._ctx.summaries.of_room(room.nid)
        return summary if await may_see_summary(self._ctx, self._requester, summary) else None
