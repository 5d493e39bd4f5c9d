"""Answers in the form of the protocol.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
"""

from collections.abc import Iterable, Mapping, Sequence

from homeserver.json_types import JsonObject
from homeserver.rooms.render_event import JOINED, load_unsigned, render_event
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room
from homeserver.storage.unread import Counts
from homeserver.sync.context import SyncContext
from homeserver.sync.sliding.load_results import Results
from homeserver.sync.sliding.request import Dialect
from homeserver.sync.sliding.results import RoomResult
from homeserver.sync.sliding.survey import Survey


async def render_rooms(ctx: SyncContext, found: Survey, results: Results) -> JsonObject:
    """Return the rooms of an answer, their events as bytes already."""
    events = [e for r in results.shown if not r.timeline.from_tail for e in r.timeline.events]
    unsigned = await load_unsigned(ctx.rooms, results.rooms, events, found.request.viewer) if events else {}
    renderer = RoomRenderer(ctx, found, unsigned)
    return {
        results.rooms[result.nid].room_id: renderer.room(results.rooms[result.nid], result)
        for result in results.shown
    }


class RoomRenderer:
    """Renders rooms for one device."""

    def __init__(self, ctx: SyncContext, found: Survey, unsigned: Mapping[int, JsonObject]) -> None:
        self._ctx = ctx
        self._found = found
        self._unsigned = unsigned
        self._now_ms = ctx.rooms.clock.now_ms()
        self._is_stable = found.request.dialect is Dialect.STABLE

    def room(self, room: Room, result: RoomResult) -> JsonObject:
        rendered: JsonObject = {"membership": result.membership.membership, **result.facts}
        if result.lists:
            rendered["lists"] = list(result.lists)
        if result.initial:
            rendered["initial"] = True
        if result.direct_changed:
            rendered["is_dm"] = result.is_direct
        if result.stripped is not None:
            rendered["stripped_state" if self._is_stable else "invite_state"] = list(result.stripped)
        else:
            rendered |= self._timeline(room, result)
            rendered |= self._state(room, result)
        if result.counts is not None:
            counts = sum(result.counts.values(), Counts())
            rendered["notification_count"] = counts.notifications
            rendered["highlight_count"] = counts.highlights
        return rendered

    def _timeline(self, room: Room, result: RoomResult) -> JsonObject:
        timeline = result.timeline
        if not (timeline.events or timeline.limited or result.initial or result.expanded):
            return {}
        rendered: JsonObject = {
            "timeline": self._events(room, timeline.events),
            "limited": timeline.limited,
            "num_live": self._count_live(timeline.events),
            "prev_batch": timeline.prev_batch or str(self._found.token),
        }
        if result.expanded:
            rendered["expanded_timeline" if self._is_stable else "unstable_expanded_timeline"] = True
        return rendered

    def _count_live(self, events: Iterable[StoredEvent]) -> int:
        """Count the events that happened since the client last asked."""
        since = self._found.since
        return 0 if since is None else sum((event.position or 0) > since.position for event in events)

    def _state(self, room: Room, result: RoomResult) -> JsonObject:
        state: list[object] = list(self._events(room, result.state.events))
        if self._is_stable:
            state += [{"type": type_, "state_key": key} for type_, key in result.state.removed]
        return {"required_state": state} if state or result.initial else {}

    def _events(self, room: Room, events: Sequence[StoredEvent]) -> list[object]:
        return [
            render_event(
                self._ctx.rooms.bodies, room, event, self._found.request.viewer, self._now_ms,
                self._unsigned.get(event.event_nid, JOINED), with_room_id=False,
            )
            for event in events
        ]  # fmt: skip
