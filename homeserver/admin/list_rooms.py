"""List the rooms of this server, as administrators see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.room_summary import RoomSummary
from homeserver.storage.admin_rooms import (
    RoomOverview,
    count_joined_devices,
    is_forgotten,
    select_rooms_overview,
)
from homeserver.storage.events import load_json
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_entries_of_rooms

CREATE: Final = ("m.room.create", "")
FURTHER: Final = (CREATE, ("m.room.guest_access", ""), ("m.room.history_visibility", ""))
LARGEST_FIRST: Final = frozenset({"joined_members", "joined_local_members", "version", "state_events"})
ORDERS: Final[dict[str, Callable[["ListedRoom"], str | int]]] = {
    "name": lambda room: (room.summary.name or "").lower(),
    "canonical_alias": lambda room: (room.summary.canonical_alias or "").lower(),
    "joined_members": lambda room: room.summary.joined_members,
    "joined_local_members": lambda room: room.overview.joined_local_members,
    "version": lambda room: room.summary.room.version.identifier,
    "creator": lambda room: room.creator,
    "encryption": lambda room: room.summary.encryption or "",
    "federatable": lambda room: room.is_federatable,
    "public": lambda room: room.overview.is_published,
    "join_rules": lambda room: room.summary.join_rule,
    "guest_access": lambda room: room.guest_access or "",
    "history_visibility": lambda room: room.history_visibility or "",
    "state_events": lambda room: room.overview.state_events,
}


@dataclass(frozen=True, slots=True)
class ListedRoom:
    """A room, with what only administrators are told."""

    summary: RoomSummary
    overview: RoomOverview
    creator: UserId
    is_federatable: bool
    guest_access: str | None
    history_visibility: str | None


@dataclass(frozen=True, slots=True)
class RoomQuery:
    """Which rooms, in which order; None does not restrict. `order` is one of `ORDERS`."""

    term: str | None = None
    published: bool | None = None
    empty: bool | None = None
    order: str = "name"
    backwards: bool = False
    limit: int = 100
    offset: int = 0


async def list_rooms(ctx: RoomsContext, query: RoomQuery) -> tuple[list[ListedRoom], int]:
    """Return a page of the rooms that have a state here, and how many match in all.

    Costs one look at all rooms; their summaries are remembered.
    """
    async with ctx.db.acquire() as conn:
        overview = await select_rooms_overview(conn)
    rooms = await _describe(ctx, overview)
    matching = [room for room in rooms if _matches(room, query)]
    matching.sort(key=lambda room: room.summary.room.room_id)
    backwards = query.backwards is not (query.order in LARGEST_FIRST)
    matching.sort(key=ORDERS[query.order], reverse=backwards)
    return matching[query.offset : query.offset + query.limit], len(matching)


async def describe_room(ctx: RoomsContext, room: Room) -> JsonObject | None:
    """Return all details of one room; None where nothing is known of it but its id."""
    async with ctx.db.acquire() as conn:
        overview = (await select_rooms_overview(conn, [room.nid])).get(room.nid)
        devices, forgotten = await count_joined_devices(conn, room.nid), await is_forgotten(conn, room.nid)
    if overview is None:
        return None
    [listed] = await _describe(ctx, {room.nid: overview})
    return {
        **render_listed(listed),
        "topic": listed.summary.topic,
        "avatar": listed.summary.avatar_url,
        "joined_local_devices": devices,
        "forgotten": forgotten,
    }


def render_listed(room: ListedRoom) -> JsonObject:
    """Render a room with the names of Synapse's admin API."""
    summary, overview = room.summary, room.overview
    return {
        "room_id": summary.room.room_id,
        "name": summary.name,
        "canonical_alias": summary.canonical_alias,
        "joined_members": summary.joined_members,
        "joined_local_members": overview.joined_local_members,
        "version": summary.room.version.identifier,
        "creator": room.creator,
        "encryption": summary.encryption,
        "federatable": room.is_federatable,
        "public": overview.is_published,
        "join_rules": summary.join_rule,
        "guest_access": room.guest_access,
        "history_visibility": room.history_visibility,
        "state_events": overview.state_events,
        "room_type": summary.room_type,
    }


async def _describe(ctx: RoomsContext, overview: dict[int, RoomOverview]) -> Sequence[ListedRoom]:
    summaries = await ctx.summaries.of_rooms(list(overview))
    async with ctx.db.acquire() as conn:
        states = await select_current_entries_of_rooms(conn, list(overview), FURTHER)
    listed = []
    for nid, summary in summaries.items():
        events = {entry: load_json(event.json) for entry, event in states.get(nid, {}).items()}
        create = events.get(CREATE)
        if create is None:
            continue
        content = create["content"]
        listed.append(
            ListedRoom(
                summary,
                overview[nid],
                UserId(create["sender"]),
                content.get("m.federate") is not False,
                _text(events.get(("m.room.guest_access", "")), "guest_access"),
                _text(events.get(("m.room.history_visibility", "")), "history_visibility"),
            )
        )
    return listed


def _text(event: JsonObject | None, key: str) -> str | None:
    value = event["content"].get(key) if event is not None else None
    return value if isinstance(value, str) else None


def _matches(room: ListedRoom, query: RoomQuery) -> bool:
    summary = room.summary
    if query.published is not None and room.overview.is_published != query.published:
        return False
    if query.empty is not None and (summary.joined_members == 0) != query.empty:
        return False
    if query.term is None:
        return True
    alias = (summary.canonical_alias or "").partition(":")[0].lower()
    term = query.term.lower()
    return term in (summary.name or "").lower() or term in alias or query.term in summary.room.room_id
