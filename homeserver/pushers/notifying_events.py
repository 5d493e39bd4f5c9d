"""Which events notify a user, and how: their push rules, asked of events that they may see.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-behaviour-17
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.json_types import JsonObject
from homeserver.push.evaluate import evaluate
from homeserver.push.event_view import EventView
from homeserver.push.room_stance import Counting, RoomStance
from homeserver.push.rules import Actions
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import EventStatus, StoredEvent
from homeserver.storage.rooms import Room
from homeserver.storage.unsigned import select_memberships_at
from homeserver.sync.context import SyncContext
from homeserver.sync.counts_by_rules import Budget, decide
from homeserver.sync.room_view import load_room_view


@dataclass(frozen=True, slots=True)
class Notifying:
    """An event that notifies somebody, and what their rule says to do."""

    event: StoredEvent
    actions: Actions
    highlights: bool


async def notifying_events(
    ctx: SyncContext, viewer: Viewer, room: Room, events: Sequence[StoredEvent], budget: Budget
) -> list[Notifying]:
    """Return those of a room's events that notify a user, in the order given.

    As everywhere, rules, names and power levels are those of now. Events that are the user's own, redacted,
    not accepted or of somebody whom the user ignores never notify; nor does what came before the user did.
    """
    stance = (await ctx.push.rules.of_user(viewer.user_nid)).stance(viewer.user_id, room.room_id)
    if stance.counting is Counting.SILENT:
        return []
    seen = await _seen(ctx, viewer, [event for event in events if _may_notify(event, viewer)])
    if not seen:
        return []
    view = await load_room_view(ctx, viewer, room, stance, seen)
    found = []
    for event in seen:
        shown = _view(event.load(), room, event.event_id)
        decisive = await decide(stance.rules, event, shown, view, budget)
        if decisive is not None and decisive.notifies:
            found.append(Notifying(event, decisive.actions, decisive.highlights))
        if budget.is_spent:
            break
    return found


async def invite_actions(
    ctx: SyncContext, viewer: Viewer, room: Room, sender_nid: int, pdu: JsonObject, event_id: str
) -> Actions | None:
    """Return what a user's rules say of an invite to a room that this server is not in; None: be silent."""
    stance: RoomStance = (await ctx.push.rules.of_user(viewer.user_nid)).stance(viewer.user_id, room.room_id)
    if sender_nid in await ctx.rooms.ignored.of_user(viewer.user_nid):
        return None
    view = await load_room_view(ctx, viewer, room, RoomStance(stance.counting, ()), ())
    decisive = evaluate(stance.rules, _view(pdu, room, event_id), view)
    return decisive.actions if decisive is not None and decisive.notifies else None


def _may_notify(event: StoredEvent, viewer: Viewer) -> bool:
    return (
        event.status == EventStatus.ACCEPTED
        and event.redacted_by is None
        and event.position is not None
        and event.sender_nid != viewer.user_nid
    )


async def _seen(ctx: SyncContext, viewer: Viewer, events: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Leave out what came before the user did, and what those write whom the user ignores."""
    ignored = await ctx.rooms.ignored.of_user(viewer.user_nid)
    wanted = [event for event in events if event.sender_nid not in ignored]
    memberships = await ctx.rooms.memberships.of_user(viewer.user_nid)
    seen: list[StoredEvent] = []
    doubtful: list[StoredEvent] = []
    for event in wanted:
        membership = memberships.get(event.room_nid)
        if membership is None:
            continue
        is_since = (event.position or 0) > membership.position
        if membership.membership == "join" and is_since:
            seen.append(event)
        else:
            doubtful.append(event)
    if not doubtful:
        return seen
    async with ctx.rooms.db.acquire() as conn:
        at = await select_memberships_at(conn, viewer.user_nid, doubtful)
    there = {event.event_nid for event in doubtful if _was_there(event, at.get(event.event_nid), viewer)}
    there.update(event.event_nid for event in seen)
    return [event for event in wanted if event.event_nid in there]


def _was_there(event: StoredEvent, membership: str | None, viewer: Viewer) -> bool:
    """Whether a user was in the room at an event, or is the one whom it invites."""
    if membership == "join":
        return True
    is_invite = membership == "invite" and event.type == "m.room.member"
    return is_invite and event.load().get("state_key") == viewer.user_id


def _view(pdu: JsonObject, room: Room, event_id: str) -> EventView:
    # Rooms of version 12 have create events without a room id, and most versions events without an event id.
    return EventView(pdu | {"room_id": room.room_id, "event_id": event_id})
