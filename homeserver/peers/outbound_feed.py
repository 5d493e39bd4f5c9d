"""Follows the position log, and tells the sender of transactions what concerns which server.

Rooms of this server's users alone cost nothing but the look that finds them so, and so do rooms of which all
other servers belong to shares of other workers. What is typed and who is present comes from memory, and goes
the same way.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from federation.outbound.sender import Sender
from federation.ports.outbox import DuePdu, Laggard
from federation.protocol.ids import EventId, ServerName
from federation.transport.server_names import ServerLists
from homeserver.errors import MatrixError
from homeserver.fanout.shares import share_of
from homeserver.peers.back_off import StoredBackOff
from homeserver.peers.outbound_presence import OutboundPresence
from homeserver.peers.outbound_typing import OutboundTyping
from homeserver.peers.outbox import StoredOutbox, due_receipt
from homeserver.peers.room_stays import RoomStays, StaysCache
from homeserver.rooms.context import RoomsContext
from homeserver.storage import destinations, edu_outbox, outgoing
from homeserver.storage.db import Connection, level_of
from homeserver.storage.destinations import Checkpoint
from homeserver.storage.outgoing import OutgoingEvent
from homeserver.storage.positions import Stream
from homeserver.storage.room_servers import select_servers_present_since, select_shared_rooms_since
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

EVENTS_PER_PAGE: Final = 500
MAX_REPLAYED: Final = 20_000
"""Positions since the checkpoint that are queued again; a server behind by more catches up alone."""
PAUSE_S: Final = 1.0
"""After the database could not be read."""

FOLLOWED: Final = Stream.EVENTS | Stream.RECEIPTS | Stream.ROOM_META
WITH_EDUS: Final = Stream.TO_DEVICE | Stream.DEVICE_LISTS


@dataclass(frozen=True, slots=True)
class Replay:
    """What is queued again: for each of some shares what came `after` a position.

    Servers that are `behind` have cursors of their own.
    """

    after: Mapping[int, int]
    behind: set[ServerName]

    def not_told(self, servers: Iterable[ServerName], position: int) -> list[ServerName]:
        """Return the servers that may not have been told of a position."""
        return [
            each
            for each in servers
            if self.after.get(share_of(each), position) < position and each not in self.behind
        ]


class OutboundFeed:
    """Owns the task that reads what is due; the tailer and the ephemeral services say where to look."""

    def __init__(
        self,
        rooms: RoomsContext,
        sender: Sender,
        outbox: StoredOutbox,
        permitted: ServerLists,
        typing: OutboundTyping,
        presence: OutboundPresence,
        back_off: StoredBackOff,
    ) -> None:
        self._rooms = rooms
        self._own: ServerName = rooms.server_name
        self._sender = sender
        self._outbox = outbox
        self._permitted = permitted
        self._typing = typing
        self._presence = presence
        self._back_off = back_off
        self._ours: set[int] = set()
        self._to_take: set[int] = set()
        self._stays = StaysCache(self._own, lambda server: permitted.permit(server) and self._is_ours(server))
        self._dirty: set[int] = set()
        self._upto = 0
        self._all_rooms = False
        self._look_for_edus = False
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    def start(self, upto: int) -> None:
        """Follow from where the sender stands; `upto` is what the tailer has applied."""
        self._upto = upto
        self._all_rooms = self._look_for_edus = True
        self._unsubscribe = self._rooms.tailer.subscribe(self._apply, reset=self._missed_commits)
        self._typing.on_news(self.look)
        self._presence.on_news(self.look)
        self._look.set()
        self._task = asyncio.create_task(self._run(), name="outbound-feed")

    async def stop(self) -> None:
        self._unsubscribe()
        self._unsubscribe = lambda: None
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def take(self, shares: Collection[int]) -> None:
        """Tell the servers of shares too, from where another worker ended."""
        self._to_take.update(shares)
        self.look()

    def lose(self, shares: Collection[int]) -> None:
        """Tell the servers of shares no more."""
        self._to_take.difference_update(shares)
        self._ours.difference_update(shares)
        self._stays.clear()

    async def take_over(self, shares: Collection[int]) -> None:
        """Queue what the servers of shares were not told by whoever had them. Raises: DatabaseUnavailable."""
        if not shares:
            return
        self._ours.update(shares)
        self._stays.clear()
        self._all_rooms = True  # what was of no interest up to now may be
        await self._back_off.load(self._is_ours)
        processed = self._sender.processed
        async with self._rooms.db.acquire() as conn:
            rows = await destinations.select_laggards(conn)
            checkpoints = await destinations.select_checkpoints(conn, shares)
        shares = self._ours.intersection(shares)  # what was not lost in the meantime
        laggards = [
            (Laggard(row.server, row.cursor, row.behind_since_ms, None), row.has_in_flight)
            for row in rows
            if share_of(row.server) in shares
        ]
        self._sender.take(shares, laggards)
        since = {share: at.position for share, at in checkpoints.items() if at.position < processed}
        far = {share for share, position in since.items() if processed - position > MAX_REPLAYED}
        await self._leave_behind({share: checkpoints[share] for share in far})
        after = {share: at for share, at in since.items() if share not in far}
        await self._replay(Replay(after, {laggard.destination for laggard, _ in laggards}), processed)
        self._sender.taken(shares)

    def look(self) -> None:
        """Read what is due."""
        self._idle.clear()
        self._look.set()

    def look_for_edus(self) -> None:
        """Read which servers have stored EDUs, those of which nobody told too."""
        self._look_for_edus = True
        self.look()

    async def until_idle(self) -> None:
        """Return once everything that was said so far has been handed to the sender."""
        await self._idle.wait()

    def _apply(self, batch: Batch) -> None:
        entry = batch.entry
        self._upto = entry.position
        if entry.kinds & Stream.EVENTS and entry.users:
            self._presence.members_moved(entry.rooms, entry.position)
        if entry.kinds & FOLLOWED:
            if _may_change_members(batch):
                self._stays.forget(entry.rooms)
            self._forget_redacted(batch)
            self._dirty.update(nid for nid in entry.rooms if not self._stays.is_local(nid))
        if entry.kinds & WITH_EDUS:
            self._look_for_edus = True
        if self._has_work():
            self.look()
        elif self._idle.is_set():
            self._sender.advance(entry.position)

    def _forget_redacted(self, batch: Batch) -> None:
        for event in batch.events:
            if event.type == "m.room.redaction":
                pdu = event.load()
                target = pdu["content"].get("redacts", pdu.get("redacts"))
                self._outbox.forget(EventId(str(target)))

    def _missed_commits(self) -> None:
        self._stays.clear()
        self._upto = self._rooms.tailer.applied
        self._all_rooms = True
        self.look_for_edus()

    def _has_work(self) -> bool:
        return bool(self._dirty or self._all_rooms or self._look_for_edus or self._to_take)

    async def _run(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            try:
                await self._read()
            except MatrixError as error:
                log.log(level_of(error), "outbound.waiting_for_database", error=str(error))
                await asyncio.sleep(PAUSE_S)
                self.look()
            except Exception:
                log.exception("outbound.feed_failed")
                await asyncio.sleep(PAUSE_S)
                self.look()
            if not self._look.is_set():
                self._sender.advance(self._upto)
                self._idle.set()

    async def _read(self) -> None:
        """Hand everything up to now to the sender."""
        await self._take_waiting()
        dirty, all_rooms = self._dirty, self._all_rooms
        self._dirty, self._all_rooms = set(), False
        try:
            await self._read_rooms(dirty, self._upto, all_rooms=all_rooms)
        except BaseException:
            self._dirty |= dirty
            self._all_rooms |= all_rooms
            raise
        if self._look_for_edus:
            self._look_for_edus = False
            await self._read_edus()
        await self._read_ephemeral()

    async def _take_waiting(self) -> None:
        shares, self._to_take = self._to_take, set()
        try:
            await self.take_over(shares)
            self._look_for_edus |= bool(shares)
        except BaseException:
            self._to_take |= shares
            raise

    async def _leave_behind(self, checkpoints: Mapping[int, Checkpoint]) -> None:
        """Have the servers of shares catch up, each alone, with what is too much to be queued."""
        if not checkpoints:
            return
        oldest = min(at.position for at in checkpoints.values())
        async with self._rooms.db.acquire() as conn:
            present = await select_servers_present_since(conn, self._own, oldest)
        log.info("outbound.far_behind", servers=len(present))
        for server in filter(self._permitted.permit, present):
            if (at := checkpoints.get(share_of(server))) is not None:
                self._sender.leave_behind([server], at.position, at.saved_ms)

    async def _replay(self, replay: Replay, upto: int) -> None:
        """Queue again, up to where all are told, what a worker that ended may not have told of."""
        at = min(replay.after.values(), default=upto)
        while at < upto:
            async with self._rooms.db.acquire() as conn:
                rooms = await select_shared_rooms_since(conn, self._own, at)
                at = await self._read_page(conn, sorted(rooms), at, upto, replay)

    async def _read_rooms(self, dirty: set[int], upto: int, *, all_rooms: bool) -> None:
        """Queue the events and receipts of rooms between where the sender stands and `upto`."""
        while self._sender.processed < upto and (dirty or all_rooms):
            since = self._sender.processed
            async with self._rooms.db.acquire() as conn:
                if all_rooms:
                    dirty = dirty | set(await select_shared_rooms_since(conn, self._own, since))
                    all_rooms = False
                self._sender.advance(await self._read_page(conn, sorted(dirty), since, upto))
        self._sender.advance(upto)

    async def _read_page(
        self,
        conn: Connection,
        room_nids: Sequence[int],
        since: int,
        upto: int,
        replay: Replay | None = None,
    ) -> int:
        """Queue the first events of a span, with the receipts among them; return up to where."""
        events = await outgoing.select_outgoing(conn, room_nids, since, upto, self._own, EVENTS_PER_PAGE)
        if len(events) == EVENTS_PER_PAGE:
            upto = events[-1].position
        receipts = await outgoing.select_outgoing_receipts(conn, room_nids, since, upto, self._own)
        stays = await self._stays.load(conn, room_nids, since)
        turned_away = await outgoing.select_turned_away(conn, events, self._own) if events else {}
        self._outbox.keep(event.event for event in events)
        for event in events:
            servers = self._servers_of(event, stays[event.room_nid], turned_away.get(event.position, []))
            if replay is not None:
                servers = replay.not_told(servers, event.position)
            self._sender.tell(servers, DuePdu(event.position, event.event.event_id))
        for receipt in receipts:
            servers = stays[receipt.room_nid].servers_now()
            if replay is not None:
                servers = replay.not_told(servers, receipt.position)
            self._sender.tell_receipt(servers, due_receipt(receipt))
        return upto

    def _servers_of(
        self, event: OutgoingEvent, stays: RoomStays, turned_away: Sequence[ServerName]
    ) -> list[ServerName]:
        """Return whom an event concerns. The arrival of this server was told by who let it in."""
        if event.position in stays.arrivals:
            return []
        invited = [server for server in turned_away if self._permitted.permit(server)]
        servers = dict.fromkeys((*stays.servers_at(event.position), *invited))
        servers.pop(event.made_by, None)
        return list(servers)

    def _is_ours(self, server: ServerName) -> bool:
        return share_of(server) in self._ours

    async def _read_edus(self) -> None:
        async with self._rooms.db.acquire() as conn:
            servers = await edu_outbox.select_servers_with_edus(conn)
        self._sender.tell_stored_edus(s for s in servers if s != self._own and self._permitted.permit(s))

    async def _read_ephemeral(self) -> None:
        """Tell who types and who is present; where that fails it is lost, and nobody minds."""
        typing = self._typing.take()
        if typing:
            async with self._rooms.db.acquire() as conn:
                stays = await self._stays.load(conn, sorted(typing), self._sender.processed)
            rooms = await self._rooms.names.rooms(typing)
            for room_nid, changes in typing.items():
                there = stays[room_nid].servers_now()
                for user_id, is_typing in changes.items():
                    self._sender.tell_typing(there, rooms[room_nid].room_id, user_id, is_typing)
        for update, servers in await self._presence.take():
            self._sender.tell_presence([s for s in servers if self._permitted.permit(s)], update)


def _may_change_members(batch: Batch) -> bool:
    kinds = batch.entry.kinds
    if not kinds & (Stream.EVENTS | Stream.ROOM_META):
        return False
    has_state = any(event.key_nid is not None for event in batch.events)
    return has_state or bool(batch.entry.users) or bool(kinds & Stream.ROOM_META)
