"""The verifications that there are: their steps one after another, with what each step sends and signs.

What could not be sent or signed waits with its verification, and is done later in the same order.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from client_desktop.core.changes import Changes, VerificationChanged
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.trust.ports import ToDevicePort
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.describe import describe
from client_desktop.core.crypto.verification.errors import VerificationGone
from client_desktop.core.crypto.verification.flow import (
    Audience,
    Flow,
    Outgoing,
    Step,
    Verified,
    cancel,
    end_cancelled,
)
from client_desktop.core.crypto.verification.keys import VerificationKeys
from client_desktop.core.crypto.verification.ports import RoomMessages
from client_desktop.core.crypto.verification.request_steps import expire
from client_desktop.core.errors import ClientError, NetworkUnavailable, RateLimited
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.verifications import EndedVerification, insert_ended
from client_desktop.core.values import Verification, VerificationStage

MAX_FLOWS: Final = 64
MAX_INCOMING: Final = 8


@dataclass(slots=True)
class Entry:
    """A verification, and what is still to be done for it."""

    flow: Flow
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    unsent: list[Outgoing] = field(default_factory=list)
    unsigned: Verified | None = None
    shown: Flow = field(init=False)
    """As the interface was told that it stands: of success it is told once that is signed."""

    def __post_init__(self) -> None:
        self.shown = self.flow

    own_event_ids: set[str] = field(default_factory=set)


class Flows:
    """Verifications by their ids, those that ended lately among them."""

    def __init__(
        self,
        store: Store,
        changes: Changes,
        clock: Clock,
        user_id: str,
        keys: VerificationKeys,
        to_device: ToDevicePort,
        rooms: RoomMessages,
        learned_identity: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._changes = changes
        self._clock = clock
        self._user_id = user_id
        self._keys = keys
        self._to_device = to_device
        self._rooms = rooms
        self._learned_identity = learned_identity
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def all(self) -> list[Entry]:
        """Return all of them, oldest first."""
        return list(self._entries.values())

    def find(self, flow_id: str) -> Entry | None:
        return self._entries.get(flow_id)

    def running(self, flow_id: str) -> Entry:
        """Return one that has not ended.

        Raises: VerificationGone.
        """
        entry = self._entries.get(flow_id)
        if entry is None or entry.flow.final:
            raise VerificationGone("the verification has ended")
        return entry

    def add(self, flow: Flow) -> Verification:
        """Add a verification; of those that have ended the oldest make room."""
        self._entries[flow.flow_id] = Entry(flow)
        for flow_id, entry in list(self._entries.items()):
            if len(self._entries) > MAX_FLOWS and entry.flow.final:
                del self._entries[flow_id]
        return self._publish(flow)

    def remove(self, flow_id: str) -> None:
        """Forget one that nobody has heard of."""
        self._entries.pop(flow_id, None)

    async def add_incoming(self, flow: Flow) -> None:
        """Add what somebody asks for. Who asks twice at once is refused both times; a flood is not heard.

        Raises: ClientError.
        """
        waiting = [entry for entry in self.all() if entry.flow.incoming and not entry.flow.final]
        side = (flow.their_user, flow.their_device)
        same = [entry for entry in waiting if (entry.flow.their_user, entry.flow.their_device) == side]
        if same:
            await self.send(flow, cancel(flow, names.UNEXPECTED_MESSAGE).send)
            for entry in same:
                await self.step(entry, lambda now: cancel(now, names.UNEXPECTED_MESSAGE))
        elif len(waiting) < MAX_INCOMING:
            self.add(flow)

    async def step(self, entry: Entry, act: Callable[[Flow], Step]) -> None:
        """Do one step: change the verification, tell the interface, send, and sign what was shown.

        Raises: ClientError, when something could not be sent or signed; it is done later.
        """
        async with entry.lock:
            before = entry.flow
            step = act(before)
            if step.verified is not None and not self._keys.unchanged(before, step.verified):
                # Other keys than those that were compared are there now: somebody replaced them meanwhile.
                step = cancel(before, names.KEY_MISMATCH)
            entry.flow = step.flow
            entry.unsent.extend(step.send)
            entry.unsigned = step.verified or entry.unsigned
            if entry.unsigned is None:
                self._tell(entry)
            await self._flush(entry)
            self._tell(entry)

    async def work(self) -> list[ClientError]:
        """Do what could not be done before, and end what took too long; return what went wrong."""
        now_ms = self._clock.now_ms()
        errors = []
        for entry in self.all():
            try:
                await self.step(entry, lambda now: expire(now, now_ms))
            except ClientError as error:
                errors.append(error)
        return errors

    async def send(self, flow: Flow, messages: Sequence[Outgoing]) -> None:
        """Send messages of a verification that is not (or not yet) one of ours.

        Raises: ClientError.
        """
        for message in messages:
            await self._send(flow, message)

    async def _flush(self, entry: Entry) -> None:
        while entry.unsent:
            event_id = await self._send(entry.flow, entry.unsent[0])
            del entry.unsent[0]
            if event_id is not None:
                entry.own_event_ids.add(event_id)
        if entry.unsigned is not None:
            await self._apply(entry, entry.unsigned)

    async def _apply(self, entry: Entry, verified: Verified) -> None:
        try:
            learned = await self._keys.apply(entry.flow, verified)
        except (NetworkUnavailable, RateLimited):
            raise
        except ClientError as error:
            # Trying again would change nothing: the user must know that it came to nothing.
            entry.unsigned = None
            entry.flow = end_cancelled(entry.flow, names.KEY_MISMATCH, str(error), by_us=True)
            self._tell(entry)
            raise
        entry.unsigned = None
        if learned:
            await self._learned_identity()

    async def _send(self, flow: Flow, message: Outgoing) -> str | None:
        """Send one message; return its event id, if it went to a room."""
        if flow.room_id is not None:
            return await self._rooms.send(flow.room_id, message.type, message.content)
        if message.audience is Audience.OTHERS:
            device_ids = tuple(device for device in flow.targets if device != flow.their_device)
        else:
            device_ids = flow.targets if flow.their_device is None else (flow.their_device,)
        messages: dict[str, JsonObject] = dict.fromkeys(device_ids, message.content)
        if messages:
            await self._to_device.send(message.type, {flow.their_user: messages})
        return None

    def _tell(self, entry: Entry) -> None:
        if entry.shown is not entry.flow:
            entry.shown = entry.flow
            self._remember(entry.flow)
            self._publish(entry.flow)

    def _publish(self, flow: Flow) -> Verification:
        shown = describe(flow)
        self._changes.publish(VerificationChanged(self._user_id, shown))
        return shown

    def _remember(self, flow: Flow) -> None:
        """Store how a verification in a room ended, for its place in the timeline."""
        if flow.room_id is None or not flow.final:
            return
        code = flow.cancel_code if flow.stage is VerificationStage.CANCELLED else ""
        ended = EndedVerification(flow.flow_id, flow.room_id, flow.their_user, code, flow.cancelled_by_us)
        with self._store.transaction() as db:
            insert_ended(db, ended, self._clock.now_ms())
