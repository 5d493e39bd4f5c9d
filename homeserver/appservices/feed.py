"""Follows the position log, and tells the senders where there may be something new for whom."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import structlog

from homeserver.appservices.interest import Interest
from homeserver.appservices.news import News
from homeserver.ephemeral.context import EphemeralContext
from homeserver.errors import MatrixError
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

PAUSE_S: Final = 1.0
"""After the database could not be read."""

IN_ROOMS: Final = Stream.EVENTS | Stream.RECEIPTS | Stream.ROOM_META


class Feed:
    """Owns the task that finds out who is interested; the tailer and the ephemeral services say in what.

    `tell` is called with what is new per application service, by number, and the position up to which.
    """

    def __init__(
        self,
        ephemeral: EphemeralContext,
        interest: Interest,
        tell: Callable[[Mapping[int, News], int], None],
        missed: Callable[[], None],
    ) -> None:
        self._ephemeral = ephemeral
        self._interest = interest
        self._tell = tell
        self._missed = missed
        self._gathered = News()
        self._moved: set[int] = set()
        self._readers: set[int] = set()
        self._upto = 0
        self._look = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        tailer = self._ephemeral.rooms.tailer
        self._upto = tailer.applied
        tailer.subscribe(self._apply, reset=self._missed_commits)
        self._ephemeral.typing.on_change(self._note_typing)
        self._ephemeral.presence.on_change(self._note_presence)
        self._look.set()
        self._task = asyncio.create_task(self._run(), name="appservice-feed")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def until_idle(self) -> None:
        """Return once everything that was committed so far has been told."""
        await self._idle.wait()

    def _apply(self, batch: Batch) -> None:
        entry, news = batch.entry, self._gathered
        self._interest.apply(batch)
        self._upto = entry.position
        if entry.kinds & IN_ROOMS:
            news.rooms.update(entry.rooms)
        if entry.kinds & (Stream.EVENTS | Stream.ROOM_META):
            self._moved.update(entry.users)
        if entry.kinds & Stream.RECEIPTS:
            self._readers.update(entry.users)
        if entry.kinds & Stream.TO_DEVICE:
            news.to_device_of.update(entry.users)
        if entry.kinds & Stream.KEY_COUNTS:
            news.key_counts_of.update(entry.users)
        news.device_lists |= bool(entry.kinds & Stream.DEVICE_LISTS)
        self._wake()

    def _missed_commits(self) -> None:
        self._interest.clear()
        self._missed()
        self._upto = self._ephemeral.rooms.tailer.applied
        self._wake()

    def _note_typing(self, room_nid: int) -> None:
        self._gathered.typing_in.add(room_nid)
        self._wake()

    def _note_presence(self, user_nids: frozenset[int]) -> None:
        self._gathered.presence_of |= user_nids
        self._wake()

    def _wake(self) -> None:
        self._idle.clear()
        self._look.set()

    async def _run(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            gathered, moved, readers, upto = self._gathered, self._moved, self._readers, self._upto
            self._gathered, self._moved, self._readers = News(), set(), set()
            try:
                self._tell(await self._sort(gathered, moved, readers), upto)
            except Exception as error:
                if not isinstance(error, MatrixError):  # one of which says that the database is away
                    log.exception("appservice.feed_failed")
                self._gathered.add(gathered)
                self._moved |= moved
                self._readers |= readers
                await asyncio.sleep(PAUSE_S)
                self._look.set()
            if not self._look.is_set():
                self._idle.set()

    async def _sort(self, gathered: News, moved: set[int], readers: set[int]) -> dict[int, News]:
        """Return who is to look where."""
        of: defaultdict[int, News] = defaultdict(News)
        if gathered.rooms or gathered.typing_in:
            interested = await self._interest.of_rooms(gathered.rooms | gathered.typing_in)
            for nid, rooms in interested.items():
                of[nid].rooms = rooms & gathered.rooms
                of[nid].typing_in = rooms & gathered.typing_in
        users = moved | readers | gathered.to_device_of | gathered.key_counts_of
        if users:
            for nid, covered in (await self._interest.of_users(users)).items():
                of[nid].targets = bool(covered & moved)
                of[nid].to_device_of = covered & gathered.to_device_of
                of[nid].key_counts_of = covered & gathered.key_counts_of
                of[nid].rooms |= await self._rooms_of(covered & readers)
        if gathered.device_lists or gathered.presence_of:
            for nid in self._interest.nids:
                of[nid].device_lists = gathered.device_lists
                of[nid].presence_of = set(gathered.presence_of)
        return {nid: news for nid, news in of.items() if news}

    async def _rooms_of(self, readers: set[int]) -> set[int]:
        """Return where users may have read something: of private receipts the log does not say it."""
        rooms: set[int] = set()
        for user_nid in readers:
            memberships = await self._ephemeral.rooms.memberships.of_user(user_nid)
            rooms.update(nid for nid, room in memberships.items() if room.membership == "join")
        return rooms
