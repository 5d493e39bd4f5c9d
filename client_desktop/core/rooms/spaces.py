"""Spaces: what they hold, and putting rooms into them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#spaces
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from client_desktop.core.api import path
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.context import RoomsContext
from client_desktop.core.rooms.directory import FEDERATED_TIMEOUT_S, MAX_VIA, RoomPreview, read_preview
from client_desktop.core.shapes import (
    as_bool,
    as_int,
    as_object,
    as_objects,
    as_optional_text,
    as_text,
    as_texts,
)
from client_desktop.core.store.room_state import select_state_event, select_state_of_type

CHILD = "m.space.child"
PARENT = "m.space.parent"
LAST_ORDER = "\x7f" * 51
"""After every order that is one."""
MAX_ORDER_CHARACTERS = 50
MAX_DEPTH = 20
PAGE = 50
MAX_PAGE = 200


@dataclass(frozen=True, slots=True)
class SpaceChild:
    """A room that a space says it holds."""

    room_id: str
    via: tuple[str, ...]
    order: str | None
    suggested: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class HierarchyRoom:
    """A room below a space, with what it holds itself."""

    preview: RoomPreview
    children: tuple[SpaceChild, ...]


@dataclass(frozen=True, slots=True)
class HierarchyPage:
    rooms: tuple[HierarchyRoom, ...]
    next_batch: str | None


class SpaceActs:
    """Spaces."""

    def __init__(self, ctx: RoomsContext) -> None:
        self._ctx = ctx

    def space_children(self, space_id: str) -> tuple[SpaceChild, ...]:
        """Give what a joined space holds, in its order."""
        events = select_state_of_type(self._ctx.store.db, space_id, CHILD)
        return read_children(events)

    def rooms_below(self, space_id: str) -> frozenset[str]:
        """Give the ids of everything below a space, through spaces that we are in; it is not below itself."""
        found: set[str] = set()
        waiting = [(space_id, 0)]
        while waiting:
            room_id, depth = waiting.pop()
            children = (
                {child.room_id for child in self.space_children(room_id)} if depth < MAX_DEPTH else set()
            )
            waiting.extend((child, depth + 1) for child in children - found)
            found |= children
        return frozenset(found - {space_id})

    async def space_hierarchy(
        self,
        space_id: str,
        *,
        since: str | None = None,
        limit: int = PAGE,
        depth: int | None = None,
        suggested_only: bool = False,
    ) -> HierarchyPage:
        """Ask the server what is below a space, ourselves in it or not; the first room is the space.

        Raises: ClientError.
        """
        query = {"from": since, "limit": limit, "max_depth": depth, "suggested_only": suggested_only}
        target = path("/_matrix/client/v1/rooms/{}/hierarchy", space_id)
        answer = await self._ctx.api.get(target, query, timeout_s=FEDERATED_TIMEOUT_S)
        rooms = (_hierarchy_room(entry) for entry in as_objects(answer.get("rooms"))[:MAX_PAGE])
        return HierarchyPage(
            tuple(room for room in rooms if room is not None), as_optional_text(answer.get("next_batch"))
        )

    async def add_child(
        self,
        space_id: str,
        room_id: str,
        *,
        via: Sequence[str] = (),
        order: str | None = None,
        suggested: bool = False,
    ) -> None:
        """Put a room into a space, or change its place there. `via`: servers that know the room.

        Raises: ClientError.
        """
        content: JsonObject = {"via": list(via) or [self._ctx.user_id.partition(":")[2]]}
        if order is not None:
            content["order"] = order
        if suggested:
            content["suggested"] = True
        await self._set_child(space_id, room_id, content)

    async def remove_child(self, space_id: str, room_id: str) -> None:
        """Take a room out of a space; the room stays.

        Raises: ClientError.
        """
        await self._set_child(space_id, room_id, {})

    def canonical_space(self, room_id: str) -> str | None:
        """Give the space that a room says it belongs to, if the space says so too and we know it.

        A claim of the room alone is not enough: anybody may write what they like into their own room.
        """
        parents = [
            as_text(event.get("state_key"))
            for event in select_state_of_type(self._ctx.store.db, room_id, PARENT)
            if as_bool(as_object(event.get("content")).get("canonical"))
        ]
        agreed = [space for space in parents if self._holds(space, room_id)]
        return min(agreed, default=None)

    def _holds(self, space_id: str, room_id: str) -> bool:
        event = select_state_event(self._ctx.store.db, space_id, CHILD, room_id)
        return event is not None and _read_child(event) is not None

    async def _set_child(self, space_id: str, room_id: str, content: JsonObject) -> None:
        target = path("/_matrix/client/v3/rooms/{}/state/{}/{}", space_id, CHILD, room_id)
        await self._ctx.api.put(target, content, retry=True)


def read_children(events: Sequence[JsonObject]) -> tuple[SpaceChild, ...]:
    """Read `m.space.child` events, in the order in which they are to be shown.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#ordering-of-children-within-a-space
    """
    children = (_read_child(event) for event in events)
    return tuple(sorted((child for child in children if child is not None), key=_place))


def _read_child(event: JsonObject) -> SpaceChild | None:
    """Read one; None where it holds nothing: without `via` a room has been taken out."""
    content = as_object(event.get("content"))
    room_id = as_text(event.get("state_key"))
    if not isinstance(content.get("via"), list) or not room_id.startswith("!"):
        return None
    return SpaceChild(
        room_id,
        as_texts(content.get("via"))[:MAX_VIA],
        _order(content.get("order")),
        as_bool(content.get("suggested")),
        as_int(event.get("origin_server_ts")),
    )


def _order(value: object) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ORDER_CHARACTERS:
        return None
    return value if all(" " <= character <= "~" for character in value) else None


def _place(child: SpaceChild) -> tuple[str, int, str]:
    return child.order or LAST_ORDER, child.at_ms, child.room_id


def _hierarchy_room(entry: JsonObject) -> HierarchyRoom | None:
    preview = read_preview(entry)
    if preview is None:
        return None
    return HierarchyRoom(preview, read_children(as_objects(entry.get("children_state"))[:1000]))
