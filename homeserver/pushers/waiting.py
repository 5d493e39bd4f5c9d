"""What a pusher still has to tell: of what was queued, that which its user has not read or left meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeserver.pushers.context import PushersContext
from homeserver.pushers.describe_event import describe_event, describe_invite
from homeserver.pushers.notification import PushedEvent
from homeserver.pushers.pusher import Pusher
from homeserver.storage.events import EventStatus, StoredEvent, select_events_by_nid
from homeserver.storage.push_queue import Queued
from homeserver.storage.rooms import Room
from homeserver.sync.count_unread import UnreadRooms
from homeserver.sync.thread_of import load_threads


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something queued, with its event; None: there is nothing to tell of it any more."""

    queued: Queued
    event: StoredEvent | None


async def still_waiting(
    ctx: PushersContext, pusher: Pusher, queued: Sequence[Queued], unread: UnreadRooms
) -> list[Waiting]:
    """Look up what was queued, in its order."""
    nids = [item.event_nid for item in queued if item.event_nid is not None]
    async with ctx.db.acquire() as conn:
        events = await select_events_by_nid(conn, nids) if nids else {}
    threads = await load_threads(ctx.db, events.values())
    memberships = await ctx.rooms.memberships.of_user(pusher.user_nid)
    found = []
    for item in queued:
        event = None if item.event_nid is None else events.get(item.event_nid)
        membership = memberships.get(item.room_nid)
        state = None if membership is None else membership.membership
        if event is None or not _is_of_interest(event, state, threads, unread):
            event = None
        found.append(Waiting(item, event))
    return found


async def describe(ctx: PushersContext, pusher: Pusher, waiting: Waiting) -> PushedEvent | None:
    """Return what is told of something that was queued; None: nothing."""
    queued = waiting.queued
    if waiting.event is None and queued.event_nid is not None:
        return None
    rooms = await ctx.rooms.names.rooms([queued.room_nid])
    if queued.room_nid not in rooms:
        return None
    room: Room = rooms[queued.room_nid]
    if waiting.event is not None:
        return await describe_event(ctx.rooms, room, waiting.event, queued, pusher.user_id)
    return await describe_invite(ctx.rooms, room, queued, pusher.user_nid)


def _is_of_interest(
    event: StoredEvent, membership: str | None, threads: Mapping[int, str], unread: UnreadRooms
) -> bool:
    if event.redacted_by is not None or event.status != EventStatus.ACCEPTED:
        return False
    if membership == "invite":
        return event.type == "m.room.member"
    reading = unread.readings.get(event.room_nid)
    if membership != "join" or reading is None:
        return False
    return (event.position or 0) > reading.position_in(threads[event.event_nid])
