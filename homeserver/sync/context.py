"""What the sync engine works with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from homeserver.caches import BytesCache
from homeserver.client_data.context import ClientDataContext
from homeserver.e2ee.key_counts import RememberedKeyCounts
from homeserver.ephemeral.context import EphemeralContext
from homeserver.fanout.ports import Fanout
from homeserver.push.context import PushContext
from homeserver.rooms.context import RoomsContext
from homeserver.sync.evaluated_counts import EvaluatedCounts
from homeserver.sync.hub import Hub
from homeserver.sync.last_changes import LastChanges
from homeserver.sync.lazy_members import LazyMembers
from homeserver.sync.room_tails import RoomTails
from homeserver.sync.sliding.memory import SlidingMemory
from homeserver.sync.unread_counts import UnreadCounts

MAX_SHARED_BYTES = 16 * 1024 * 1024
MAX_WATCHERS_FOR_PRESENCE = 100


@dataclass(frozen=True, slots=True)
class SyncContext:
    """The dependencies of the engine.

    `epoch` names the database. `shared` holds timelines rendered once for all who see them alike.
    `to_device_given` are the devices whose next token acknowledges messages. `stopping` ends every wait.
    """

    epoch: str
    rooms: RoomsContext
    ephemeral: EphemeralContext
    client_data: ClientDataContext
    push: PushContext
    hub: Hub
    tails: RoomTails
    changes: LastChanges
    unread: UnreadCounts
    evaluated: EvaluatedCounts
    key_counts: RememberedKeyCounts
    lazy_members: LazyMembers = field(default_factory=LazyMembers)
    shared: BytesCache[tuple[int, ...]] = field(default_factory=lambda: BytesCache(MAX_SHARED_BYTES))
    sliding: SlidingMemory = field(default_factory=SlidingMemory)
    to_device_given: dict[int, bool] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def open_sync(
    epoch: str,
    fanout: Fanout,
    rooms: RoomsContext,
    ephemeral: EphemeralContext,
    client_data: ClientDataContext,
    push: PushContext,
) -> AsyncIterator[SyncContext]:
    """Build the engine's caches, and let the tailer keep them current.

    The hub comes last: whoever it wakes reads the others.
    """

    def expires(room_nid: int) -> bool:
        return rooms.lifetimes.of_room(room_nid) is not None

    ctx = SyncContext(
        epoch, rooms, ephemeral, client_data, push, Hub(fanout), RoomTails(expires), LastChanges(),
        UnreadCounts(rooms.names), EvaluatedCounts(), RememberedKeyCounts(rooms.db),
    )  # fmt: skip
    tailer = rooms.tailer
    ctx.changes.start(tailer.applied)
    tailer.subscribe(ctx.tails.apply, reset=ctx.tails.clear)
    tailer.subscribe(ctx.changes.apply, reset=lambda: ctx.changes.start(tailer.applied))
    tailer.subscribe(ctx.unread.apply, reset=ctx.unread.clear)
    tailer.subscribe(ctx.evaluated.apply, reset=ctx.evaluated.clear)
    tailer.subscribe(ctx.key_counts.apply, reset=ctx.key_counts.clear)
    tailer.subscribe(ctx.hub.apply, reset=ctx.hub.wake_everybody)
    ephemeral.typing.on_change(ctx.hub.wake_room)
    ephemeral.presence.on_change(lambda user_nids: wake_for_presence(ctx, user_nids))
    yield ctx


def wake_for_presence(ctx: SyncContext, user_nids: frozenset[int]) -> None:
    """Wake those who share a room with users whose presence changed; large rooms hear of it later."""
    for user_nid in user_nids:
        ctx.hub.wake_users([user_nid])
        for room in (ctx.rooms.memberships.peek(user_nid) or {}).values():
            if (
                room.membership == "join"
                and ctx.hub.count_watchers(room.room_nid) <= MAX_WATCHERS_FOR_PRESENCE
            ):
                ctx.hub.wake_room(room.room_nid)
