"""A delta in the form of `GET /_matrix/client/v3/sync`.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
"""

from collections.abc import Mapping, Sequence

import orjson

from homeserver.e2ee.device_list_delta import render_device_lists
from homeserver.e2ee.key_counts import render_counts
from homeserver.json_types import JsonObject
from homeserver.rooms.event_fields import select_fields
from homeserver.rooms.render_event import JOINED, load_unsigned, render_event
from homeserver.storage.events import StoredEvent
from homeserver.storage.receipts import MAIN_THREAD
from homeserver.storage.rooms import Room
from homeserver.storage.unread import Counts, CountsByThread
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncDelta, SyncRequest
from homeserver.sync.tokens import SyncToken


async def render_v3(ctx: SyncContext, request: SyncRequest, delta: SyncDelta) -> bytes:
    """Return the body of the response."""
    return orjson.dumps(await render_body(ctx, request, delta))


async def render_body(ctx: SyncContext, request: SyncRequest, delta: SyncDelta) -> JsonObject:
    """Return the body of the response, its events as bytes already."""
    unsigned = await _load_unsigned(ctx, request, delta)
    renderer = Renderer(ctx, request, unsigned, delta.token)
    return {
        "next_batch": str(delta.token),
        "rooms": {
            "join": {room.room.room_id: renderer.joined(room) for room in delta.joined},
            "leave": {room.room.room_id: renderer.left(room) for room in delta.left},
            "invite": _render_invites(delta.invited, "invite_state"),
            "knock": _render_invites(delta.knocked, "knock_state"),
        },
        "presence": {"events": delta.presence},
        "account_data": {"events": delta.account_data},
        "to_device": {"events": delta.to_device},
        **await _render_keys(ctx, request, delta),
    }


class Renderer:
    """Renders rooms for one device; what others see alike is rendered once for all."""

    def __init__(
        self, ctx: SyncContext, request: SyncRequest, unsigned: Mapping[int, JsonObject], token: SyncToken
    ) -> None:
        self._ctx = ctx
        self._request = request
        self._unsigned = unsigned
        self._now_ms = ctx.rooms.clock.now_ms()
        self._here = str(token)

    def joined(self, delta: RoomDelta) -> JsonObject:
        room = self.left(delta) | {"ephemeral": {"events": delta.ephemeral}}
        if delta.counts is not None:
            by_thread = self._request.filter.room.timeline.unread_thread_notifications
            room |= _render_counts(delta.counts, by_thread=by_thread)
        if delta.summary is not None:
            room["summary"] = delta.summary.render()
        return room

    def left(self, delta: RoomDelta) -> JsonObject:
        state = {"events": self._events(delta.room, delta.state)}
        return {
            "timeline": self._timeline(delta),
            self._request.state_after_name if self._request.use_state_after else "state": state,
            "account_data": {"events": delta.account_data},
        }

    def _timeline(self, delta: RoomDelta) -> object:
        timeline = delta.timeline
        if not (timeline.from_tail and timeline.is_whole_span and timeline.events) or self._is_special(
            timeline.events
        ):
            return self._render_timeline(delta)
        first, last = timeline.events[0].event_nid, timeline.events[-1].event_nid
        key = (delta.room.nid, first, last, len(timeline.events))
        shared = self._ctx.shared.get(key)
        if shared is None:
            shared = orjson.dumps(self._render_timeline(delta))
            self._ctx.shared.put(key, shared)
        return orjson.Fragment(shared)

    def _is_special(self, events: Sequence[StoredEvent]) -> bool:
        """Whether this device sees these events otherwise than others do."""
        wanted, viewer = self._request.filter, self._request.viewer
        own = (viewer.device_nid, -viewer.user_nid)
        if wanted.event_fields is not None or wanted.event_format != "client":
            return True
        return any(event.device_nid in own and event.txn_id is not None for event in events)

    def _render_timeline(self, delta: RoomDelta) -> JsonObject:
        timeline = delta.timeline
        rendered: JsonObject = {
            "events": self._events(delta.room, timeline.events),
            "limited": timeline.limited,
        }
        rendered["prev_batch"] = timeline.prev_batch or self._here
        return rendered

    def _events(self, room: Room, events: Sequence[StoredEvent]) -> list[object]:
        wanted = self._request.filter
        if wanted.event_format == "federation":
            return [event.load() | {"event_id": event.event_id} for event in events]
        rendered = [
            render_event(
                self._ctx.rooms.bodies, room, event, self._request.viewer, self._now_ms,
                self._unsigned.get(event.event_nid, JOINED), with_room_id=False,
            )
            for event in events
        ]  # fmt: skip
        if wanted.event_fields is not None:
            return [
                select_fields(orjson.loads(orjson.dumps(event)), wanted.event_fields) for event in rendered
            ]
        return list(rendered)


async def _render_keys(ctx: SyncContext, request: SyncRequest, delta: SyncDelta) -> JsonObject:
    counts = await ctx.key_counts.of_device(request.viewer.user_nid, request.viewer.device_nid)
    rendered: JsonObject = {
        "device_one_time_keys_count": render_counts(counts),
        "device_unused_fallback_key_types": counts.unused_fallback_keys,
    }
    if delta.device_lists:
        lists = await render_device_lists(ctx.rooms.names, delta.device_lists)
        rendered["device_lists"] = {name: users for name, users in lists.items() if users}
    return rendered


async def _load_unsigned(ctx: SyncContext, request: SyncRequest, delta: SyncDelta) -> dict[int, JsonObject]:
    rooms = [*delta.joined, *delta.left]
    events = [event for room in rooms if not room.timeline.from_tail for event in room.timeline.events]
    return (
        await load_unsigned(ctx.rooms, {room.room.nid: room.room for room in rooms}, events, request.viewer)
        if events
        else {}
    )


def _render_counts(counts: CountsByThread, *, by_thread: bool) -> JsonObject:
    """Return the room's counts: with all its threads, or of the main timeline beside each thread's."""
    if not by_thread:
        return {"unread_notifications": _render_count(sum(counts.values(), Counts()))}
    rendered: JsonObject = {"unread_notifications": _render_count(counts.get(MAIN_THREAD, Counts()))}
    threads = {
        root_id: _render_count(count)
        for root_id, count in counts.items()
        if root_id != MAIN_THREAD and (count.notifications or count.highlights)
    }
    return rendered | ({"unread_thread_notifications": threads} if threads else {})


def _render_count(count: Counts) -> JsonObject:
    return {"notification_count": count.notifications, "highlight_count": count.highlights}


def _render_invites(rooms: Mapping[Room, Sequence[JsonObject]], key: str) -> JsonObject:
    return {room.room_id: {key: {"events": events}} for room, events in rooms.items()}
