"""The fan-out of many workers: gathers what is to be sent, keeps the line open, hands on what arrives."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from typing import Final, Protocol

import msgspec
import structlog

from homeserver.clock import Clock
from homeserver.fanout.company import Company
from homeserver.fanout.leased_shares import LeasedShares
from homeserver.fanout.outgoing import Outgoing, OutgoingMessage
from homeserver.fanout.ports import Listener, Message, Topic
from homeserver.fanout.stamps import Stamps
from homeserver.json_types import JsonObject
from homeserver.storage.db import Database
from homeserver.storage.positions import LogEntry

log = structlog.get_logger(__name__)

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0
SEND_WITHIN_S: Final = 2.0
CONNECT_WITHIN_S: Final = 5.0

_decode = msgspec.json.Decoder(Message).decode


class LineBroken(Exception):
    """The other workers cannot be reached this way now; the text says why."""


class Watched(msgspec.Struct):
    """Which rooms and users concern somebody who is connected to this worker."""

    rooms: set[int] = msgspec.field(default_factory=set)
    users: set[int] = msgspec.field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.rooms or self.users)


class Line(Protocol):
    """One kind of connection to what all workers are connected to."""

    async def connect(self, watched: Watched) -> None:
        """Open it, and subscribe to what is watched. Raises: LineBroken."""

    async def send(self, worker: str, outgoing: Outgoing) -> None:
        """Send a bundle. Raises: LineBroken."""

    async def subscribe(self, added: Watched, removed: Watched) -> None:
        """Hear of some more from now on, and of some no more. Raises: LineBroken."""

    async def receive(self) -> tuple[str, bytes | None]:
        """Return the next thing that arrives: a worker and None for a wake-up, else a message as it travels.

        Raises: LineBroken.
        """

    async def close(self) -> None:
        """Close it; never raises."""


class SharedFanout:
    """Owns a line and the tasks that send and receive on it. A worker that is alone tells nobody anything."""

    def __init__(self, clock: Clock, db: Database, line: Line) -> None:
        self.worker = token_hex(8)
        self.company = Company(db, self.worker)
        self._line = line
        self.stamps = Stamps(clock)
        self.shares = LeasedShares(db, self.company, self.worker, self._tell_of_work)
        self._watched = Watched()
        self._changed = Watched()
        self._outgoing = Outgoing()
        self._due = asyncio.Event()
        self._listeners: defaultdict[Topic, list[Listener]] = defaultdict(list)
        self._on_wakeup: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False
        self.on_message(Topic.WORK, lambda message: self.shares.heard(message.body["kinds"]))

    @property
    def has_company(self) -> bool:
        return self.is_connected and bool(self.company.others)

    def on_company(self, listener: Callable[[frozenset[str]], None]) -> None:
        self.company.on_change(listener)

    async def start(self) -> None:
        """Connect, and stay connected. Raises: DatabaseUnavailable."""
        await self.company.start()
        self._task = asyncio.create_task(self._run(), name="fanout")

    async def stop(self) -> None:
        """Send what waits, for a moment, and close the line."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self.is_connected:
            with suppress(LineBroken, TimeoutError):
                async with asyncio.timeout(SEND_WITHIN_S):
                    await self._send_due()
        await self._line.close()
        await self.company.stop()

    def publish(self, entry: LogEntry) -> None:
        if self.has_company:
            self._outgoing.add_commit(entry)
            self._due.set()

    def on_wakeup(self, listener: Callable[[], None]) -> None:
        self._on_wakeup.append(listener)

    def watch_room(self, room_nid: int, *, watched: bool) -> None:
        (self._watched.rooms.add if watched else self._watched.rooms.discard)(room_nid)
        self._changed.rooms.add(room_nid)
        self._due.set()

    def watch_user(self, user_nid: int, *, watched: bool) -> None:
        (self._watched.users.add if watched else self._watched.users.discard)(user_nid)
        self._changed.users.add(user_nid)
        self._due.set()

    def tell(self, topic: Topic, body: JsonObject) -> None:
        if self.has_company:
            self._outgoing.add_message(OutgoingMessage(topic, body, in_order=False))
            self._due.set()

    def tell_in_order(self, topic: Topic, body: JsonObject) -> None:
        if self.has_company:
            self._outgoing.add_message(OutgoingMessage(topic, body, in_order=True))
            self._due.set()
        else:
            self._hand_on(Message(self.stamps.next(), self.worker, topic, body))

    def on_message(self, topic: Topic, listener: Listener) -> None:
        self._listeners[topic].append(listener)

    def _tell_of_work(self, kinds: list[str]) -> None:
        self.tell(Topic.WORK, {"kinds": kinds})

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                self._changed = Watched()  # what changes from here on is told once connected
                async with asyncio.timeout(CONNECT_WITHIN_S):
                    await self._line.connect(self._watched)
                self.is_connected, pause_s = True, FIRST_PAUSE_S
                self._wake()  # for what was missed
                await self._serve()
            except (LineBroken, TimeoutError) as error:
                if self.is_connected or pause_s == FIRST_PAUSE_S:
                    log.warning("fanout.disconnected", reason=str(error) or "no answer in time")
            except Exception:
                log.exception("fanout.failed")
            self.is_connected = False
            await self._line.close()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _serve(self) -> None:
        """Send and receive until the line breaks."""
        tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._receive())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, asyncio.CancelledError):
                raise outcome

    async def _send(self) -> None:
        while True:
            await self._due.wait()
            self._due.clear()
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._send_due()

    async def _send_due(self) -> None:
        if self._changed:
            changed, self._changed = self._changed, Watched()
            rooms, users = self._watched.rooms, self._watched.users
            await self._line.subscribe(
                Watched(changed.rooms & rooms, changed.users & users),
                Watched(changed.rooms - rooms, changed.users - users),
            )
        outgoing, self._outgoing = self._outgoing, Outgoing()
        if outgoing.has_commits or outgoing.messages:
            await self._line.send(self.worker, outgoing)

    async def _receive(self) -> None:
        while True:
            worker, raw = await self._line.receive()
            if raw is None:
                if worker != self.worker:
                    self._wake()
                continue
            try:
                message = _decode(raw)
            except msgspec.MsgspecError:
                continue  # a worker of another version speaks of something that this one does not know
            if message.stamp or message.worker != self.worker:
                self._hand_on(message)

    def _wake(self) -> None:
        for listener in self._on_wakeup:
            listener()

    def _hand_on(self, message: Message) -> None:
        self.stamps.saw(message.stamp)
        for listener in self._listeners[message.topic]:
            try:
                listener(message)
            except Exception:  # such as what a worker of another version says: it costs that message alone
                log.exception("fanout.message_failed", topic=message.topic)
