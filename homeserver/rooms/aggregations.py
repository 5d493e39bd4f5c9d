"""Bundled aggregations: what `m.relations` says of an event's children.

Spec: https://spec.matrix.org/v1.19/client-server-api/#aggregations-of-child-events
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_bodies import client_event
from homeserver.rooms.viewer import Viewer
from homeserver.rooms.visibility import history_ends, visible_in_rooms
from homeserver.storage import relations
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent, select_events_by_nid
from homeserver.storage.relations import Parent

EDIT: Final = "m.replace"
THREAD: Final = "m.thread"
REFERENCE: Final = "m.reference"

Aggregations = dict[int, JsonObject]


async def load_aggregations(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, events: Sequence[StoredEvent]
) -> Aggregations:
    """Return what is bundled with each of these events, by event number; those without children are left out.

    Only children that the viewer may see count. One query where nothing relates to the events.
    """
    return await _aggregate(conn, ctx, viewer, events, (EDIT, THREAD, REFERENCE))


async def _aggregate(
    conn: Connection,
    ctx: RoomsContext,
    viewer: Viewer,
    events: Sequence[StoredEvent],
    rel_types: Sequence[str],
) -> Aggregations:
    messages = [event for event in events if event.key_nid is None]  # state events get no aggregations
    if not messages:
        return {}
    found = await relations.select_related_types(
        conn, [Parent(e.event_nid, e.event_id, 0) for e in messages], rel_types
    )
    if not found:
        return {}
    ends = await history_ends(conn, ctx, viewer, {event.room_nid for event in messages})
    parents = {e.event_nid: Parent(e.event_nid, e.event_id, ends[e.room_nid]) for e in messages}
    bundled: Aggregations = {}
    for rel_type in (EDIT, THREAD, REFERENCE):
        related = [parents[event_nid] for event_nid in sorted(found.get(rel_type, ()))]
        if related:
            for event_nid, value in (await _LOADERS[rel_type](conn, ctx, viewer, related)).items():
                bundled.setdefault(event_nid, {})[rel_type] = value
    return bundled


async def _edits(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, parents: Sequence[Parent]
) -> dict[int, JsonObject]:
    edits = await relations.select_edits(conn, parents)
    visible = await _visible(conn, ctx, viewer, edits.values())
    shown = await _show(ctx, viewer, visible, {})
    return {parent: shown[edit.event_nid] for parent, edit in edits.items() if edit.event_nid in shown}


async def _threads(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, parents: Sequence[Parent]
) -> dict[int, JsonObject]:
    ignored = sorted(await ctx.ignored.read(conn, viewer.user_nid))
    summaries = await relations.select_thread_summaries(conn, parents, viewer.user_nid, ignored)
    latest = await select_events_by_nid(conn, [summary.latest_nid for summary in summaries])
    visible = await _visible(conn, ctx, viewer, latest.values())
    shown = await _show(ctx, viewer, visible, await _aggregate(conn, ctx, viewer, visible, (EDIT, REFERENCE)))
    return {
        summary.root_nid: {
            "latest_event": shown[summary.latest_nid],
            "count": summary.count,
            "current_user_participated": summary.participated,
        }
        for summary in summaries
        if summary.latest_nid in shown
    }


async def _references(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, parents: Sequence[Parent]
) -> dict[int, JsonObject]:
    ignored = sorted(await ctx.ignored.read(conn, viewer.user_nid))
    references = await relations.select_references(conn, parents, ignored)
    return {
        parent: {"chunk": [{"event_id": event_id} for event_id in event_ids]}
        for parent, event_ids in references.items()
    }


_LOADERS: Final = {EDIT: _edits, THREAD: _threads, REFERENCE: _references}


async def _visible(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, events: Iterable[StoredEvent]
) -> list[StoredEvent]:
    by_room: dict[int, list[StoredEvent]] = {}
    for event in events:
        by_room.setdefault(event.room_nid, []).append(event)
    visible = await visible_in_rooms(conn, ctx, viewer, by_room)
    return [event for of_room in visible.values() for event in of_room]


async def _show(
    ctx: RoomsContext, viewer: Viewer, events: Sequence[StoredEvent], bundled: Mapping[int, JsonObject]
) -> dict[int, JsonObject]:
    rooms = await ctx.names.rooms({event.room_nid for event in events})
    now_ms = ctx.clock.now_ms()
    shown: dict[int, JsonObject] = {}
    for event in events:
        room = rooms[event.room_nid]
        unsigned: JsonObject = {"age": max(0, now_ms - event.origin_server_ts)}
        if event.txn_id is not None and event.device_nid == viewer.device_nid:
            unsigned["transaction_id"] = event.txn_id
        if event.event_nid in bundled:
            unsigned["m.relations"] = bundled[event.event_nid]
        shown[event.event_nid] = client_event(room, event) | {"room_id": room.room_id, "unsigned": unsigned}
    return shown
