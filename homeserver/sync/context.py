"""What the sync engine works with."""

import asyncio
from dataclasses import dataclass, field

from homeserver.client_data.context import ClientDataContext
from homeserver.ephemeral.context import EphemeralContext
from homeserver.rooms.context import RoomsContext
from homeserver.sync.hub import Hub
from homeserver.sync.last_changes import LastChanges
from homeserver.sync.lazy_members import LazyMembers
from homeserver.sync.room_tails import RoomTails
from homeserver.sync.unread_counts import UnreadCounts


@dataclass(frozen=True, slots=True)
class SyncContext:
    """The dependencies of the engine. `epoch` names the database; `stopping` ends every wait."""

    epoch: str
    rooms: RoomsContext
    ephemeral: EphemeralContext
    client_data: ClientDataContext
    hub: Hub
    tails: RoomTails
    changes: LastChanges
    unread: UnreadCounts
    lazy_members: LazyMembers
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


def follow_log(ctx: SyncContext) -> None:
    """Keep every cache of the engine current. The hub comes last: whoever it wakes reads the others."""
    tailer = ctx.rooms.tailer
    ctx.changes.start(tailer.applied)
    tailer.subscribe(ctx.tails.apply, reset=ctx.tails.clear)
    tailer.subscribe(ctx.changes.apply, reset=lambda: ctx.changes.start(tailer.applied))
    tailer.subscribe(ctx.unread.apply, reset=ctx.unread.clear)
    tailer.subscribe(ctx.hub.apply, reset=ctx.hub.wake_everybody)
