"""Verification messages as they arrive, from devices and in rooms, and which verification each is for."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from client_desktop.core.clock import Clock
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.trust.ports import ToDevicePort
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import TIMEOUT_MS, FixedKeys, Flow, cancel
from client_desktop.core.crypto.verification.flows import Entry, Flows
from client_desktop.core.crypto.verification.keys import VerificationKeys
from client_desktop.core.crypto.verification.machine import receive
from client_desktop.core.crypto.verification.messages import (
    InvalidMessage,
    Request,
    Start,
    flow_id_of,
    parse_message,
)
from client_desktop.core.crypto.verification.ports import RoomMessages
from client_desktop.core.crypto.verification.request_steps import answered_elsewhere, receive_request
from client_desktop.core.crypto.verification.sas import Party
from client_desktop.core.errors import ClientError
from client_desktop.core.events import ENCRYPTED, ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_text

M = TypeVar("M", Request, Start)

ROOM_MESSAGE: Final = "m.room.message"
FUTURE_MS: Final = 5 * 60 * 1000
"""How far ahead a sender's clock may be."""
MAX_ANSWERED: Final = 256
MAX_ANSWERS: Final = 10
ANSWERS_WITHIN_MS: Final = 60_000
MAX_NOTED: Final = 1_000
MAX_EARLY: Final = 50
MAX_UNREADABLE: Final = 50
_CODES_OF_OUR_ANSWERS: Final = {
    names.READY: names.ACCEPTED,
    names.START: names.ACCEPTED,
    names.CANCEL: names.USER,
}


class Incoming:
    """Finds the verification of every message, or begins one."""

    def __init__(
        self,
        clock: Clock,
        me: Party,
        flows: Flows,
        keys: VerificationKeys,
        to_device: ToDevicePort,
        rooms: RoomMessages,
        methods: Callable[[], tuple[str, ...]],
    ) -> None:
        self._clock = clock
        self._me = me
        self._flows = flows
        self._keys = keys
        self._to_device = to_device
        self._rooms = rooms
        self._methods = methods
        self._answered: OrderedDict[str, int] = OrderedDict()
        self._noted: deque[tuple[str, ClearEvent]] = deque(maxlen=MAX_NOTED)
        self._early: deque[tuple[str, ClearEvent]] = deque(maxlen=MAX_EARLY)
        self._unreadable: OrderedDict[str, tuple[str, ClearEvent]] = OrderedDict()
        self.asking = 0
        """How many requests of ours are on their way to rooms: answers may come before we know their ids."""

    async def receive_to_device(self, message: ToDeviceMessage) -> None:
        """Take in a message from a device.

        Raises: ClientError, when what follows from it could not be sent.
        """
        flow_id = flow_id_of(message.content, in_room=False)
        if flow_id is None:
            return
        entry = self._flows.find(flow_id)
        if entry is not None:
            await self._receive_known(entry, message)
        elif message.type == names.REQUEST:
            await self._receive_request(flow_id, message)
        elif message.type == names.START:
            await self._receive_bare_start(flow_id, message)
        elif message.type not in (names.CANCEL, names.DONE):
            await self._answer_unknown(flow_id, message)

    def note_room_events(self, room_id: str, events: Sequence[ClearEvent]) -> bool:
        """Keep what concerns verifications among a room's new events; tell whether there was any."""
        found = False
        for event in events:
            if event.type == ENCRYPTED and event.failure_word:
                self._unreadable[event.event_id] = (room_id, event)
                while len(self._unreadable) > MAX_UNREADABLE:
                    self._unreadable.popitem(last=False)
            elif _may_concern_us(event):
                self._noted.append((room_id, event))
                found = True
        return found

    async def take_noted(self) -> list[ClientError]:
        """Take in what was noted, in its order; return what went wrong."""
        errors = []
        while self._noted:
            room_id, event = self._noted.popleft()
            try:
                await self._receive_room_event(room_id, event)
            except ClientError as error:
                errors.append(error)
        return errors

    def note_early(self) -> None:
        """Look again at what came before the request that it answers was known to be ours."""
        self._noted.extendleft(reversed(self._early))
        self._early.clear()

    async def read_again(self, room_id: str) -> bool:
        """Try to read messages whose keys were missing; tell whether one could be."""
        here = [event for room, event in self._unreadable.values() if room == room_id]
        found = False
        for event in here:
            (clear,) = await self._rooms.decrypt(room_id, [event.event])
            if not clear.failure_word and self._unreadable.pop(event.event_id, None) is not None:
                found = self.note_room_events(room_id, [clear]) or found
        return found

    # Messages from device to device

    async def _receive_known(self, entry: Entry, message: ToDeviceMessage) -> None:
        flow = entry.flow
        if flow.room_id is not None or message.sender != flow.their_user:
            return
        sender = None if message.device is None else message.device.device_id
        if sender is not None and flow.their_device is not None and sender != flow.their_device:
            await self._flows.step(entry, lambda now: cancel(now, names.USER_MISMATCH))
            return
        await self._receive(entry, message.type, message.content)

    async def _receive_request(self, flow_id: str, message: ToDeviceMessage) -> None:
        request = _parse(Request, names.REQUEST, message.content)
        if request is None or self._is_ours(message.sender, request.from_device):
            return
        if self._is_recent(request.timestamp):
            flow = self._begin(flow_id, message.sender, request, request.timestamp)
            await self._flows.add_incoming(flow)

    async def _receive_bare_start(self, flow_id: str, message: ToDeviceMessage) -> None:
        """Take in a verification that begins without a request, as older clients begin them."""
        start = _parse(Start, names.START, message.content)
        if start is None or self._is_ours(message.sender, start.from_device):
            return
        request = Request(start.from_device, (start.method,))
        flow = self._begin(flow_id, message.sender, request, self._clock.now_ms())
        if start.method == names.SAS:
            await self._flows.add_incoming(replace(flow, early_start=message.content))
        else:
            await self._flows.send(flow, cancel(flow, names.UNKNOWN_METHOD).send)

    async def _answer_unknown(self, flow_id: str, message: ToDeviceMessage) -> None:
        """Say, once, that a verification is not known here; a flood is not answered."""
        now_ms = self._clock.now_ms()
        lately = sum(now_ms - answered_ms < ANSWERS_WITHIN_MS for answered_ms in self._answered.values())
        if flow_id in self._answered or lately >= MAX_ANSWERS:
            return
        self._answered[flow_id] = now_ms
        if len(self._answered) > MAX_ANSWERED:
            self._answered.popitem(last=False)
        code = names.UNKNOWN_TRANSACTION
        content = {"transaction_id": flow_id, "code": code, "reason": names.REASONS[code]}
        device_id = "*" if message.device is None else message.device.device_id
        await self._to_device.send(names.CANCEL, {message.sender: {device_id: content}})

    # Messages in rooms

    async def _receive_room_event(self, room_id: str, event: ClearEvent) -> None:
        if event.type == ROOM_MESSAGE:
            await self._receive_room_request(room_id, event)
            return
        flow_id = flow_id_of(event.content, in_room=True)
        entry = None if flow_id is None else self._flows.find(flow_id)
        if entry is None:
            if self.asking:
                self._early.append((room_id, event))
            return
        if entry.flow.room_id != room_id or event.event_id in entry.own_event_ids:
            return
        if event.sender == self._me.user_id:
            await self._receive_own(entry, event)
        elif event.sender == entry.flow.their_user:
            await self._receive(entry, event.type, event.content)

    async def _receive_room_request(self, room_id: str, event: ClearEvent) -> None:
        request = _parse(Request, names.REQUEST, event.content)
        for_us = event.content.get("to") == self._me.user_id and event.sender != self._me.user_id
        known = self._flows.find(event.event_id) is not None
        if request is not None and for_us and not known and self._is_recent(event.at_ms):
            flow = self._begin(event.event_id, event.sender, request, event.at_ms, room_id)
            await self._flows.add_incoming(flow)

    async def _receive_own(self, entry: Entry, event: ClearEvent) -> None:
        """Hear what another device of this account answered."""
        code = _CODES_OF_OUR_ANSWERS.get(event.type)
        if code is not None and as_text(event.content.get("from_device")) != self._me.device_id:
            await self._flows.step(entry, lambda now: answered_elsewhere(now, code))

    # Both

    def _begin(
        self, flow_id: str, sender: str, request: Request, asked_at_ms: int, room_id: str | None = None
    ) -> Flow:
        return receive_request(
            flow_id,
            self._me,
            sender,
            request,
            self._methods(),
            self._clock.now_ms(),
            asked_at_ms=asked_at_ms,
            room_id=room_id,
        )

    async def _receive(self, entry: Entry, message_type: str, content: ReadonlyJsonObject) -> None:
        keys = await self._keys_for(entry.flow, message_type, content)
        now_ms = self._clock.now_ms()
        await self._flows.step(entry, lambda now: receive(now, message_type, content, keys, now_ms))

    async def _keys_for(self, flow: Flow, message_type: str, content: ReadonlyJsonObject) -> FixedKeys | None:
        """Fix the keys to verify, when the other side says which device it is."""
        device_id = as_text(content.get("from_device"))
        if message_type != names.READY or flow.final or not device_id:
            return flow.keys
        return await self._keys.fix(flow.their_user, device_id)

    def _is_ours(self, user_id: str, device_id: str) -> bool:
        return Party(user_id, device_id) == self._me

    def _is_recent(self, asked_at_ms: int) -> bool:
        now_ms = self._clock.now_ms()
        return now_ms - TIMEOUT_MS < asked_at_ms < now_ms + FUTURE_MS


def _may_concern_us(event: ClearEvent) -> bool:
    if event.type == ROOM_MESSAGE:
        return event.content.get("msgtype") == names.REQUEST
    return event.type in names.MESSAGE_TYPES and event.state_key is None


def _parse(wanted: type[M], message_type: str, content: ReadonlyJsonObject) -> M | None:
    """Read a message that begins something; None for one that is malformed, which begins nothing."""
    try:
        message = parse_message(message_type, content)
    except InvalidMessage:
        return None
    return message if isinstance(message, wanted) else None
