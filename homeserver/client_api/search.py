"""Searching messages.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-search
"""

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

import msgspec
import orjson
from aiohttp import web
from msgspec import Meta, Struct

from homeserver.client_api.history_params import viewer_of
from homeserver.errors import Forbidden
from homeserver.http.context import services
from homeserver.http.params import json_response, query_str, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.filters import room_event_filter
from homeserver.rooms.render_event import render_events
from homeserver.rooms.state_reading import read_state
from homeserver.rooms.viewer import Viewer
from homeserver.search.event_texts import KEYS
from homeserver.search.search_messages import Hit, MessageSearch, SearchPage, search_messages
from homeserver.search.surroundings import ContextOptions, Surroundings, load_surroundings
from homeserver.search.tokens import GroupKey, parse_search_token
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room

routes = Routes()

Key: TypeAlias = Literal["content.body", "content.name", "content.topic"]
_Limit: TypeAlias = Annotated[int, Meta(ge=0)]


class _EventContext(Struct):
    before_limit: _Limit = 5
    after_limit: _Limit = 5
    include_profile: bool = False


class _Group(Struct, frozen=True):
    key: GroupKey


class _Groupings(Struct, frozen=True):
    group_by: Annotated[list[_Group], Meta(max_length=2)] = []


class _RoomEvents(Struct):
    search_term: str
    keys: Annotated[list[Key], Meta(max_length=10)] | None = None
    filter: JsonObject = {}
    order_by: Literal["rank", "recent"] = "rank"
    event_context: _EventContext | None = None
    include_state: bool = False
    groupings: _Groupings = _Groupings()


class _Categories(Struct):
    room_events: _RoomEvents | None = None


class SearchBody(Struct):
    """What is searched for, by category."""

    search_categories: _Categories


@routes.post("/_matrix/client/v3/search", limit=Action.SEARCH)
async def post_search(request: web.Request) -> web.StreamResponse:
    """POST /search: search in events."""
    viewer = viewer_of(await require_user(request))
    body = await read_body(request, SearchBody)
    criteria = body.search_categories.room_events
    if criteria is None:
        return json_response({"search_categories": {}})
    token = query_str(request, "next_batch")
    is_ranked = criteria.order_by == "rank"
    asked = MessageSearch(
        criteria.search_term,
        frozenset(KEYS if criteria.keys is None else criteria.keys),
        room_event_filter(criteria.filter),
        is_ranked,
        parse_search_token(token, ranked=is_ranked) if token else None,
    )
    page = await search_messages(services(request).search, viewer, asked)
    rendered = await _render(services(request).rooms, viewer, criteria, page)
    return json_response({"search_categories": {"room_events": rendered}})


async def _render(ctx: RoomsContext, viewer: Viewer, criteria: _RoomEvents, page: SearchPage) -> JsonObject:
    rooms = await ctx.names.rooms({hit.event.room_nid for hit in page.hits})
    around = await _surroundings(ctx, viewer, criteria, page.hits, rooms)
    states = await _states(ctx, viewer, rooms) if criteria.include_state else {}
    shown = await _show(ctx, viewer, page.hits, around, states)
    rendered: JsonObject = {
        "count": page.count,
        "highlights": page.highlights,
        "results": [_result(hit, around.get(hit.event.event_nid), shown) for hit in page.hits],
    }
    if page.next_batch is not None:
        rendered["next_batch"] = str(page.next_batch)
    if criteria.include_state:
        rendered["state"] = {
            rooms[room_nid].room_id: [shown[event.event_nid] for event in state]
            for room_nid, state in states.items()
        }
    if criteria.groupings.group_by:
        keys = dict.fromkeys(group.key for group in criteria.groupings.group_by)
        rendered["groups"] = {key: _groups(key, page, rooms) for key in keys}
    return rendered


async def _surroundings(
    ctx: RoomsContext, viewer: Viewer, criteria: _RoomEvents, hits: Sequence[Hit], rooms: dict[int, Room]
) -> dict[int, Surroundings]:
    wanted = criteria.event_context
    if wanted is None:
        return {}
    options = ContextOptions(wanted.before_limit, wanted.after_limit, wanted.include_profile)
    events = [hit.event for hit in hits]
    return {e.event_nid: await load_surroundings(ctx, viewer, rooms[e.room_nid], e, options) for e in events}


async def _states(ctx: RoomsContext, viewer: Viewer, rooms: dict[int, Room]) -> dict[int, list[StoredEvent]]:
    states: dict[int, list[StoredEvent]] = {}
    for room in rooms.values():
        try:
            states[room.nid] = await read_state(ctx, viewer, room)
        except Forbidden:  # left between the search and now
            states[room.nid] = []
    return states


async def _show(
    ctx: RoomsContext,
    viewer: Viewer,
    hits: Sequence[Hit],
    around: dict[int, Surroundings],
    states: dict[int, list[StoredEvent]],
) -> dict[int, orjson.Fragment]:
    """Render each event once, wherever and however often it is shown."""
    events = {hit.event.event_nid: hit.event for hit in hits}
    for surroundings in around.values():
        events |= {event.event_nid: event for event in (*surroundings.before, *surroundings.after)}
    for state in states.values():
        events |= {event.event_nid: event for event in state}
    rendered = await render_events(ctx, list(events.values()), viewer)
    return dict(zip(events, rendered, strict=True))


def _result(hit: Hit, around: Surroundings | None, shown: dict[int, orjson.Fragment]) -> JsonObject:
    result: JsonObject = {"rank": hit.rank, "result": shown[hit.event.event_nid]}
    if around is not None:
        result["context"] = {
            "events_before": [shown[event.event_nid] for event in around.before],
            "events_after": [shown[event.event_nid] for event in around.after],
            "start": str(around.start),
            "end": str(around.end),
        }
        if around.profiles:
            result["context"]["profile_info"] = around.profiles
    return result


def _groups(key: GroupKey, page: SearchPage, rooms: dict[int, Room]) -> JsonObject:
    """Return the results by room or sender; groups are ordered by their first result."""
    groups: JsonObject = {}
    for hit in page.hits:
        event = hit.event
        value = rooms[event.room_nid].room_id if key == "room_id" else event.load()["sender"]
        group = groups.setdefault(value, {"order": len(groups), "results": []})
        group["results"].append(event.event_id)
        if page.next_batch is not None:
            token = msgspec.structs.replace(page.next_batch, group=key, value=value)
            group["next_batch"] = str(token)
    return groups
