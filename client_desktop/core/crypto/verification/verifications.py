"""All verifications under way: what arrives for them, what the user does, what is sent and signed.

The steps themselves are `machine.py`'s. What could not be sent waits here and is sent later, in order.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from client_desktop.core.changes import Change, Changes, RoomKeysReceived, VerificationChanged
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.crypto.secrets.sharing import ToDevicePort
from client_desktop.core.crypto.trust.ports import OwnDevice
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.describe import describe
from client_desktop.core.crypto.verification.errors import NothingToVerify, NotThisCode, VerificationGone
from client_desktop.core.crypto.verification.flow import (
    TIMEOUT_MS,
    Audience,
    FixedKeys,
    Flow,
    Outgoing,
    Step,
    Verified,
    cancel,
)
from client_desktop.core.crypto.verification.keys import VerificationKeys
from client_desktop.core.crypto.verification.machine import accept, confirm, receive
from client_desktop.core.crypto.verification.messages import (
    InvalidMessage,
    Request,
    Start,
    flow_id_of,
    parse_message,
)
from client_desktop.core.crypto.verification.ports import RoomMessages
from client_desktop.core.crypto.verification.qr_code import decode_qr_code
from client_desktop.core.crypto.verification.qr_steps import scan
from client_desktop.core.crypto.verification.request_steps import (
    answered_elsewhere,
    ask,
    expire,
    receive_request,
)
from client_desktop.core.crypto.verification.sas import Party
from client_desktop.core.crypto.verification.sas_steps import start_sas
from client_desktop.core.errors import ClientError, NetworkUnavailable, RateLimited
from client_desktop.core.events import ENCRYPTED, ClearEvent
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_text
from client_desktop.core.store import Store
from client_desktop.core.store.verifications import EndedVerification, insert_ended, select_ended
from client_desktop.core.values import Verification, VerificationStage

log = logging.getLogger(__name__)

MAX_FLOWS: Final = 64
MAX_INCOMING: Final = 8
MAX_UNREADABLE: Final = 50
MAX_EARLY: Final = 50
MAX_NOTED: Final = 1_000
CHECK_EVERY_S: Final = 1.0
MAX_ANSWERED: Final = 256
FUTURE_MS: Final = 5 * 60 * 1000
"""How far ahead a sender's clock may be."""
ROOM_MESSAGE: Final = "m.room.message"
REQUEST_BODY: Final = (
    "{0} is requesting to verify your key, but your client does not support in-chat key verification."
)
"""For clients that know no verifications; part of the protocol, shown by none that does."""


@dataclass(slots=True)
class _Entry:
    """A verification, and what is still to be done for it."""

    flow: Flow
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    unsent: list[Outgoing] = field(default_factory=list)
    unsigned: Verified | None = None
    own_event_ids: set[str] = field(default_factory=set)


class Verifications:
    """Verifications of one account on this device."""

    def __init__(
        self,
        store: Store,
        changes: Changes,
        clock: Clock,
        me: OwnDevice,
        keys: VerificationKeys,
        to_device: ToDevicePort,
        rooms: RoomMessages,
        own_device_ids: Callable[[], Awaitable[tuple[str, ...]]],
        learned_identity: Callable[[], Awaitable[None]],
        methods: tuple[str, ...] = names.ALL_METHODS,
    ) -> None:
        """`own_device_ids` finds the account's other devices that may be asked. `learned_identity` is called
        when a verified device of ours has shown us that the account's identity is ours.
        """
        self._store = store
        self._changes = changes
        self._clock = clock
        self._me = Party(me.user_id, me.device_id)
        self._keys = keys
        self._to_device = to_device
        self._rooms = rooms
        self._own_device_ids = own_device_ids
        self._learned_identity = learned_identity
        self.methods = methods
        """What this device can do; without a camera nothing can be scanned."""
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._asking = 0
        self._early: list[tuple[str, ClearEvent]] = []
        self._noted: deque[tuple[str, ClearEvent]] = deque(maxlen=MAX_NOTED)
        self._news = asyncio.Event()
        self._working = asyncio.Lock()
        self._unreadable: OrderedDict[str, tuple[str, ClearEvent]] = OrderedDict()
        self._expiring: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        for message_type in names.MESSAGE_TYPES:
            to_device.on(message_type, self._receive_to_device)

    # What there is

    def all(self) -> tuple[Verification, ...]:
        """Return verifications under way and those that ended lately, oldest first."""
        return tuple(describe(entry.flow) for entry in self._entries.values())

    def get(self, verification_id: str) -> Verification | None:
        entry = self._entries.get(verification_id)
        return None if entry is None else describe(entry.flow)

    def ended(self, verification_id: str) -> EndedVerification | None:
        """Return how a verification in a room ended that this device took part in, also before a restart."""
        return select_ended(self._store.db, verification_id)

    # What the user does

    async def request_own(self, device_id: str | None = None) -> Verification:
        """Ask another device of the account, or all of them, to verify.

        Raises: NothingToVerify, ClientError.
        """
        targets = (device_id,) if device_id is not None else await self._own_device_ids()
        if not targets or self._me.device_id in targets:
            raise NothingToVerify("there is no other device to ask")
        return await self._request_devices(self._me.user_id, targets)

    async def request_user(self, user_id: str, room_id: str | None = None) -> Verification:
        """Ask somebody to verify, in the direct chat with them unless another room is given.

        Raises: PrivateKeysMissing, when this device is not verified itself; ClientError.
        """
        self._keys.check_can_sign(user_id)
        room_id = room_id or await self._rooms.direct_room(user_id)
        content = {
            "msgtype": names.REQUEST,
            "body": REQUEST_BODY.format(self._me.user_id),
            "from_device": self._me.device_id,
            "methods": list(self.methods),
            "to": user_id,
        }
        # The answer may be here before we are told the id that it refers to.
        self._asking += 1
        try:
            event_id = await self._rooms.send(room_id, ROOM_MESSAGE, content)
        finally:
            self._asking -= 1
        now_ms = self._clock.now_ms()
        flow = ask(event_id, self._me, user_id, self.methods, now_ms, room_id=room_id)
        shown = self._add(flow)
        early, self._early = self._early, []
        for early_room, event in early:
            await self._receive_room_event(early_room, event)
        return self.get(event_id) or shown

    async def accept(self, verification_id: str) -> None:
        """Agree to a request; requests of ours to the same side end, one verification is enough.

        Raises: VerificationGone, PrivateKeysMissing, NothingToVerify, ClientError.
        """
        entry = self._entry(verification_id)
        flow = entry.flow
        self._keys.check_can_sign(flow.their_user)
        keys = await self._keys.fix(flow.their_user, flow.partner.device_id)
        if keys is None:
            await self._step(entry, lambda now: cancel(now, names.KEY_MISMATCH))
            raise NothingToVerify("the other device has no keys")
        for other in list(self._entries.values()):
            same_side = other.flow.their_user == flow.their_user and other is not entry
            if same_side and not other.flow.final:
                await self._step(other, lambda now: cancel(now, names.USER))
        await self._step(entry, lambda now: accept(now, keys, self._clock.now_ms()))

    async def start_emoji(self, verification_id: str) -> None:
        """Begin comparing emoji.

        Raises: VerificationGone, ClientError.
        """
        await self._step(self._entry(verification_id), start_sas)

    async def scan(self, verification_id: str, data: bytes) -> None:
        """Take in a QR code of the other side, as the camera read it.

        Raises: NotThisCode, when it is another code; VerificationGone, ClientError.
        """
        entry = self._entry(verification_id)
        try:
            code = decode_qr_code(data)
        except CryptoError as error:
            raise NotThisCode("not a verification's QR code") from error
        if code.flow_id != verification_id:
            raise NotThisCode("the code of another verification")
        await self._step(entry, lambda now: scan(now, code))

    async def confirm(self, verification_id: str) -> None:
        """Say that both sides show the same, or that the other side reports that it scanned our code.

        Raises: VerificationGone, ClientError.
        """
        await self._step(self._entry(verification_id), confirm)

    async def mismatch(self, verification_id: str) -> None:
        """Say that the two sides show different things.

        Raises: VerificationGone, ClientError.
        """
        await self._step(self._entry(verification_id), lambda now: cancel(now, names.MISMATCHED_SAS))

    async def cancel(self, verification_id: str) -> None:
        """Refuse a request, or give up.

        Raises: VerificationGone, ClientError.
        """
        await self._step(self._entry(verification_id), lambda now: cancel(now, names.USER))

    # What arrives

    def note_room_events(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        """Look for verification messages among events that a sync brought; they are taken in soon."""
        for event in events:
            if event.type == ENCRYPTED and event.failure_word:
                self._unreadable[event.event_id] = (room_id, event)
                while len(self._unreadable) > MAX_UNREADABLE:
                    self._unreadable.popitem(last=False)
            elif _may_concern_us(event):
                self._noted.append((room_id, event))
                self._news.set()

    async def work(self) -> None:
        """Take in what was noted, send and sign what could not be before, end what took too long.

        Raises: ClientError, the first of them, when all that could be done is.
        """
        errors = []
        now_ms = self._clock.now_ms()
        async with self._working:
            while self._noted:
                room_id, event = self._noted.popleft()
                errors += await _errors_of(self._receive_room_event(room_id, event))
            for entry in list(self._entries.values()):
                errors += await _errors_of(self._step(entry, lambda now: expire(now, now_ms)))
        if errors:
            raise errors[0]

    def start(self) -> None:
        """Watch the time, and for keys that make messages readable."""
        if self._expiring is None:
            self._expiring = asyncio.create_task(self._watch_time(), name="verification timeouts")
            self._stop_listening = self._changes.listen(RoomKeysReceived, self._hear_keys)

    async def close(self) -> None:
        """Stop, and wait until nothing is under way. What was under way ends with us."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        task, self._expiring = self._expiring, None
        tasks = [*self._tasks, *([task] if task is not None else [])]
        for running in tasks:
            running.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # To-device messages

    async def _request_devices(self, user_id: str, targets: tuple[str, ...]) -> Verification:
        now_ms = self._clock.now_ms()
        flow = ask(uuid.uuid4().hex, self._me, user_id, self.methods, now_ms, targets=targets)
        content = {
            "from_device": self._me.device_id,
            "methods": list(self.methods),
            "timestamp": now_ms,
        }
        shown = self._add(flow)
        try:
            await self._send(flow, flow.message(names.REQUEST, content))
        except ClientError:
            self._entries.pop(flow.flow_id, None)
            raise
        return shown

    async def _receive_to_device(self, message: ToDeviceMessage) -> None:
        flow_id = flow_id_of(message.content, in_room=False)
        if flow_id is None:
            return
        entry = self._entries.get(flow_id)
        if entry is not None:
            await self._receive_known(entry, message)
        elif message.type == names.REQUEST:
            await self._receive_request(flow_id, message)
        elif message.type == names.START:
            await self._receive_bare_start(flow_id, message)
        elif message.type not in (names.CANCEL, names.DONE):
            await self._answer_unknown(flow_id, message)

    async def _receive_known(self, entry: _Entry, message: ToDeviceMessage) -> None:
        flow = entry.flow
        if flow.room_id is not None or message.sender != flow.their_user:
            return
        sender = None if message.device is None else message.device.device_id
        if sender is not None and flow.their_device is not None and sender != flow.their_device:
            await self._step(entry, lambda now: cancel(now, names.USER_MISMATCH))
            return
        await self._receive(entry, message.type, message.content)

    async def _receive_request(self, flow_id: str, message: ToDeviceMessage) -> None:
        try:
            request = parse_message(names.REQUEST, message.content)
        except InvalidMessage:
            return
        if not isinstance(request, Request) or self._from_here(message.sender, request.from_device):
            return
        now_ms = self._clock.now_ms()
        if not now_ms - TIMEOUT_MS < request.timestamp < now_ms + FUTURE_MS:
            return
        flow = receive_request(
            flow_id,
            self._me,
            message.sender,
            request,
            self.methods,
            now_ms,
            asked_at_ms=request.timestamp,
        )
        await self._add_incoming(flow)

    async def _receive_bare_start(self, flow_id: str, message: ToDeviceMessage) -> None:
        """Take in a verification that begins without a request, as older clients begin them."""
        try:
            start = parse_message(names.START, message.content)
        except InvalidMessage:
            return
        if not isinstance(start, Start) or self._from_here(message.sender, start.from_device):
            return
        now_ms = self._clock.now_ms()
        request = Request(start.from_device, (start.method,), now_ms)
        flow = receive_request(
            flow_id, self._me, message.sender, request, self.methods, now_ms, asked_at_ms=now_ms
        )
        flow = replace(flow, early_start=message.content)
        if start.method != names.SAS:
            await self._send_all(flow, cancel(flow, names.UNKNOWN_METHOD).send)
            return
        await self._add_incoming(flow)

    async def _answer_unknown(self, flow_id: str, message: ToDeviceMessage) -> None:
        """Say, once, that a verification is not known here."""
        if flow_id in self._answered:
            return
        self._answered[flow_id] = None
        while len(self._answered) > MAX_ANSWERED:
            self._answered.popitem(last=False)
        code = names.UNKNOWN_TRANSACTION
        content = {"transaction_id": flow_id, "code": code, "reason": names.REASONS[code]}
        device_id = "*" if message.device is None else message.device.device_id
        await self._to_device.send(names.CANCEL, {message.sender: {device_id: content}})

    # Messages in rooms

    async def _receive_room_event(self, room_id: str, event: ClearEvent) -> None:
        content = event.content
        if event.type == ROOM_MESSAGE and content.get("msgtype") == names.REQUEST:
            await self._receive_room_request(room_id, event)
            return
        flow_id = flow_id_of(content, in_room=True)
        entry = None if flow_id is None else self._entries.get(flow_id)
        if entry is None:
            if self._asking and len(self._early) < MAX_EARLY:
                self._early.append((room_id, event))
            return
        if entry.flow.room_id != room_id or event.event_id in entry.own_event_ids:
            return
        if event.sender == self._me.user_id:
            await self._receive_own(entry, event)
        elif event.sender == entry.flow.their_user:
            await self._receive(entry, event.type, content)

    async def _receive_room_request(self, room_id: str, event: ClearEvent) -> None:
        try:
            request = parse_message(names.REQUEST, event.content)
        except InvalidMessage:
            return
        now_ms = self._clock.now_ms()
        for_us = event.content.get("to") == self._me.user_id and event.sender != self._me.user_id
        recent = now_ms - TIMEOUT_MS < event.at_ms < now_ms + FUTURE_MS
        if not isinstance(request, Request) or not for_us or not recent or event.event_id in self._entries:
            return
        flow = receive_request(
            event.event_id,
            self._me,
            event.sender,
            request,
            self.methods,
            now_ms,
            asked_at_ms=event.at_ms,
            room_id=room_id,
        )
        await self._add_incoming(flow)

    async def _receive_own(self, entry: _Entry, event: ClearEvent) -> None:
        """Hear what another device of this account answered."""
        if as_text(event.content.get("from_device")) == self._me.device_id:
            return
        codes = {names.READY: names.ACCEPTED, names.START: names.ACCEPTED, names.CANCEL: names.USER}
        code = codes.get(event.type)
        if code is not None:
            await self._step(entry, lambda now: answered_elsewhere(now, code))

    def _hear_keys(self, change: Change) -> None:
        """Read messages again whose keys came after them."""
        if isinstance(change, RoomKeysReceived) and change.account == self._me.user_id and self._unreadable:
            task = asyncio.create_task(self._read_again(change.room_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read_again(self, room_id: str) -> None:
        mine = {key: event for key, (room, event) in self._unreadable.items() if room == room_id}
        for event_id, event in mine.items():
            (clear,) = await self._rooms.decrypt(room_id, [event.event])
            if not clear.failure_word and self._unreadable.pop(event_id, None) is not None:
                self.note_room_events(room_id, [clear])

    # Steps

    async def _receive(self, entry: _Entry, message_type: str, content: ReadonlyJsonObject) -> None:
        keys = await self._keys_for(entry.flow, message_type, content)
        await self._step(entry, lambda now: receive(now, message_type, content, keys, self._clock.now_ms()))

    async def _keys_for(self, flow: Flow, message_type: str, content: ReadonlyJsonObject) -> FixedKeys | None:
        """Fix the keys to verify, when the other side says which device it is."""
        device_id = as_text(content.get("from_device"))
        if message_type != names.READY or flow.final or not device_id:
            return flow.keys
        return await self._keys.fix(flow.their_user, device_id)

    async def _step(self, entry: _Entry, act: Callable[[Flow], Step]) -> None:
        """Do one step: change the flow, tell the interface, send, and sign what was shown.

        Raises: ClientError, when something could not be sent or signed; it waits until `work`.
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
            if step.flow is not before:
                self._remember(step.flow)
                self._publish(step.flow)
            await self._flush(entry)

    async def _flush(self, entry: _Entry) -> None:
        while entry.unsent:
            await self._send(entry.flow, entry.unsent[0], entry)
            del entry.unsent[0]
        if entry.unsigned is not None:
            await self._apply(entry, entry.unsigned)

    async def _apply(self, entry: _Entry, verified: Verified) -> None:
        try:
            learned = await self._keys.apply(entry.flow, verified)
        except (NetworkUnavailable, RateLimited):
            raise
        except ClientError:
            entry.unsigned = None  # trying again would change nothing
            raise
        entry.unsigned = None
        if learned:
            await self._learned_identity()

    async def _send_all(self, flow: Flow, messages: Sequence[Outgoing]) -> None:
        for message in messages:
            await self._send(flow, message)

    async def _send(self, flow: Flow, message: Outgoing, entry: _Entry | None = None) -> None:
        if flow.room_id is not None:
            event_id = await self._rooms.send(flow.room_id, message.type, message.content)
            if entry is not None:
                entry.own_event_ids.add(event_id)
            return
        if message.audience is Audience.OTHERS:
            device_ids = tuple(device for device in flow.targets if device != flow.their_device)
        else:
            device_ids = flow.targets if flow.their_device is None else (flow.their_device,)
        messages: dict[str, JsonObject] = dict.fromkeys(device_ids, message.content)
        if messages:
            await self._to_device.send(message.type, {flow.their_user: messages})

    async def _add_incoming(self, flow: Flow) -> None:
        """Add what somebody asks for. Who asks twice at once is refused both times, as is a flood."""
        waiting = [entry for entry in self._entries.values() if entry.flow.incoming and not entry.flow.final]
        same = [
            entry
            for entry in waiting
            if (entry.flow.their_user, entry.flow.their_device) == (flow.their_user, flow.their_device)
        ]
        if same:
            await self._send_all(flow, cancel(flow, names.UNEXPECTED_MESSAGE).send)
            for entry in same:
                await self._step(entry, lambda now: cancel(now, names.UNEXPECTED_MESSAGE))
        elif len(waiting) < MAX_INCOMING:
            self._add(flow)

    def _add(self, flow: Flow) -> Verification:
        self._entries[flow.flow_id] = _Entry(flow)
        for flow_id, entry in list(self._entries.items()):
            if len(self._entries) > MAX_FLOWS and entry.flow.final:
                del self._entries[flow_id]
        return self._publish(flow)

    def _publish(self, flow: Flow) -> Verification:
        shown = describe(flow)
        self._changes.publish(VerificationChanged(self._me.user_id, shown))
        return shown

    def _remember(self, flow: Flow) -> None:
        """Store how a verification in a room ended, for its place in the timeline."""
        if flow.room_id is None or not flow.final:
            return
        code = flow.cancel_code if flow.stage is VerificationStage.CANCELLED else ""
        ended = EndedVerification(flow.flow_id, flow.room_id, flow.their_user, code, flow.cancelled_by_us)
        with self._store.transaction() as db:
            insert_ended(db, ended, self._clock.now_ms())

    def _entry(self, verification_id: str) -> _Entry:
        entry = self._entries.get(verification_id)
        if entry is None or entry.flow.final:
            raise VerificationGone("the verification has ended")
        return entry

    def _from_here(self, user_id: str, device_id: str) -> bool:
        return (user_id, device_id) == (self._me.user_id, self._me.device_id)

    async def _watch_time(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY_S):
                    await self._news.wait()
            self._news.clear()
            for error in await _errors_of(self.work()):
                log.info("a verification is held up: %s", error)


def _may_concern_us(event: ClearEvent) -> bool:
    is_request = event.type == ROOM_MESSAGE and event.content.get("msgtype") == names.REQUEST
    return is_request or (event.type in names.MESSAGE_TYPES and event.state_key is None)


async def _errors_of(work: Awaitable[None]) -> list[ClientError]:
    """Do something and return what went wrong."""
    try:
        await work
    except ClientError as error:
        return [error]
    return []
