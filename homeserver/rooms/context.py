"""What the room services work with."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from federation.protocol.ids import RoomId, ServerName
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.fanout.shares import Shares, WorkCall
from homeserver.outgoing.json_client import JsonClient
from homeserver.rooms.bridged_names import Bridges
from homeserver.rooms.build_event import Author
from homeserver.rooms.commit_entry import Committed
from homeserver.rooms.commit_queue import CommitQueue
from homeserver.rooms.completions import Completions
from homeserver.rooms.event_bodies import EventBodies
from homeserver.rooms.heads import Heads
from homeserver.rooms.ignored_users import IgnoredUsers
from homeserver.rooms.lifetimes import Lifetimes
from homeserver.rooms.memberships import Memberships
from homeserver.rooms.remote_directory import NoRemoteDirectory, RemoteDirectory
from homeserver.rooms.remote_rooms import Gateway
from homeserver.rooms.summaries import Summaries
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from homeserver.storage.positions import Positions
from homeserver.tailer import Tailer

TransactionKey: TypeAlias = tuple[int, int, str, str]
"""Device, room, event type and the client's transaction id."""


@dataclass(frozen=True, slots=True)
class RoomsContext:
    """The dependencies of every verb in this package, put together once at start.

    `in_flight` holds the sends that are not committed yet, so that a repeated request waits for the first;
    `creating` the new rooms that are not. `resolving` lets one large state resolution run at a time.
    `shares` says which part of the work in the background is this worker's; `delayed` is set where a delayed
    event may be due earlier than was known.
    """

    server_name: ServerName
    settings: Settings
    clock: Clock
    db: Database
    names: Names
    positions: Positions
    tailer: Tailer
    heads: Heads
    memberships: Memberships
    ignored: IgnoredUsers
    lifetimes: Lifetimes
    summaries: Summaries
    completions: Completions
    commits: CommitQueue
    author: Author
    bodies: EventBodies
    outgoing: JsonClient
    elsewhere: RemoteDirectory
    gateway: Gateway
    shares: Shares
    delayed: WorkCall
    in_flight: dict[TransactionKey, "asyncio.Future[Sequence[Committed]]"] = field(default_factory=dict)
    creating: set[RoomId] = field(default_factory=set)
    resolving: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    bridges: Bridges = field(default_factory=Bridges)


@asynccontextmanager
async def open_rooms(
    settings: Settings,
    clock: Clock,
    db: Database,
    positions: Positions,
    tailer: Tailer,
    author: Author,
    elsewhere: RemoteDirectory | None = None,
    shares: Shares | None = None,
) -> AsyncIterator[RoomsContext]:
    """Build the caches, let the tailer keep them current, and run the commit queue."""
    shares = shares or Shares()
    names = Names(db)
    heads = Heads(db, names)
    memberships = Memberships(db, tailer)
    ignored = IgnoredUsers(db)
    lifetimes = Lifetimes(db, settings.retention, clock)
    summaries = Summaries(db, names)
    completions = Completions(db)
    commits = CommitQueue(db, heads, author, tailer.offer)
    tailer.subscribe(heads.apply, reset=heads.clear)
    tailer.subscribe(memberships.apply, reset=memberships.clear)
    tailer.subscribe(ignored.apply, reset=ignored.clear)
    tailer.subscribe(lifetimes.apply, reset=lifetimes.clear)
    tailer.subscribe(summaries.apply, reset=summaries.clear)
    tailer.subscribe(completions.apply, reset=completions.clear)
    outgoing = JsonClient(
        allow_private_addresses=settings.federation.allow_private_addresses,
        verify_tls=settings.federation.verify_tls,
        ca_file=settings.federation.ca_file,
    )
    await lifetimes.load()
    commits.start()
    try:
        yield RoomsContext(
            author.server_name, settings, clock, db, names, positions, tailer, heads, memberships, ignored,
            lifetimes, summaries, completions, commits, author, EventBodies(), outgoing,
            elsewhere or NoRemoteDirectory(), Gateway(), shares, shares.call("delayed events"),
        )  # fmt: skip
    finally:
        await commits.stop()
        await outgoing.close()
