"""Verifications of the account: what the user does with them, and what keeps them going.

The steps themselves are `machine.py`'s; `flows.py` does them, `incoming.py` takes in what arrives.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from client_desktop.core.boundary import describe as describe_error
from client_desktop.core.changes import Change, Changes, RoomKeysReceived
from client_desktop.core.clock import Clock
from client_desktop.core.crypto.primitives import CryptoError
from client_desktop.core.crypto.trust.ports import OwnDevice, ToDevicePort
from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.describe import describe
from client_desktop.core.crypto.verification.errors import NothingToVerify, NotThisCode
from client_desktop.core.crypto.verification.flow import cancel
from client_desktop.core.crypto.verification.flows import Flows
from client_desktop.core.crypto.verification.incoming import ROOM_MESSAGE, Incoming
from client_desktop.core.crypto.verification.keys import VerificationKeys
from client_desktop.core.crypto.verification.machine import accept, confirm
from client_desktop.core.crypto.verification.ports import RoomMessages
from client_desktop.core.crypto.verification.qr_code import decode_qr_code
from client_desktop.core.crypto.verification.qr_steps import scan
from client_desktop.core.crypto.verification.request_steps import ask
from client_desktop.core.crypto.verification.sas import Party
from client_desktop.core.crypto.verification.sas_steps import start_sas
from client_desktop.core.errors import ClientError
from client_desktop.core.events import ClearEvent
from client_desktop.core.store import Store
from client_desktop.core.store.verifications import EndedVerification, select_ended
from client_desktop.core.values import Verification

log = logging.getLogger(__name__)

CHECK_EVERY_S: Final = 1.0
REQUEST_BODY: Final = (
    "{0} is requesting to verify your key, but your client does not support in-chat key verification."
)
"""For clients that know no verifications; part of the protocol, shown by none that does."""


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
        publish_keys: Callable[[], Awaitable[None]],
        own_device_ids: Callable[[], Awaitable[tuple[str, ...]]],
        learned_identity: Callable[[], Awaitable[None]],
        methods: tuple[str, ...] = names.ALL_METHODS,
    ) -> None:
        """Take what verifications rest on.

        `publish_keys` makes sure that others can look our keys up; `own_device_ids` finds the account's other
        devices that may be asked; `learned_identity` is called when a verified device of ours has shown us
        that the account's identity is ours.
        """
        self._store = store
        self._changes = changes
        self._clock = clock
        self._me = Party(me.user_id, me.device_id)
        self._keys = keys
        self._rooms = rooms
        self._publish_keys = publish_keys
        self._own_device_ids = own_device_ids
        self.methods = methods
        """What this device can do; without a camera nothing can be scanned."""
        self._flows = Flows(store, changes, clock, me.user_id, keys, to_device, rooms, learned_identity)
        self._incoming = Incoming(clock, self._me, self._flows, keys, to_device, rooms, lambda: self.methods)
        self._news = asyncio.Event()
        self._working = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._rooms_with_new_keys: set[str] = set()
        self._stop_listening = changes.listen(RoomKeysReceived, self._hear_keys)
        for message_type in names.MESSAGE_TYPES:
            to_device.on(message_type, self._incoming.receive_to_device)

    def all(self) -> tuple[Verification, ...]:
        """Return verifications under way and those that ended lately, oldest first."""
        return tuple(describe(entry.shown) for entry in self._flows.all())

    def get(self, verification_id: str) -> Verification | None:
        entry = self._flows.find(verification_id)
        return None if entry is None else describe(entry.shown)

    def ended(self, verification_id: str) -> EndedVerification | None:
        """Return how a verification in a room ended that this device took part in, also before a restart."""
        return select_ended(self._store.db, verification_id)

    async def request_own(self, device_id: str | None = None) -> Verification:
        """Ask another device of the account, or all of them, to verify.

        Raises: NothingToVerify, ClientError.
        """
        await self._publish_keys()
        targets = (device_id,) if device_id is not None else await self._own_device_ids()
        if not targets or self._me.device_id in targets:
            raise NothingToVerify("there is no other device to ask")
        now_ms = self._clock.now_ms()
        flow = ask(uuid.uuid4().hex, self._me, self._me.user_id, self.methods, now_ms, targets=targets)
        content = {
            "from_device": self._me.device_id,
            "methods": list(self.methods),
            "timestamp": now_ms,
        }
        shown = self._flows.add(flow)
        try:
            await self._flows.send(flow, [flow.message(names.REQUEST, content)])
        except ClientError:
            self._flows.remove(flow.flow_id)
            raise
        return shown

    async def request_user(self, user_id: str, room_id: str | None = None) -> Verification:
        """Ask somebody to verify, in the direct chat with them unless another room is given.

        Raises: PrivateKeysMissing, when this device is not verified itself; ClientError.
        """
        self._keys.check_can_sign(user_id)
        await self._publish_keys()
        room_id = room_id or await self._rooms.direct_room(user_id)
        content = {
            "msgtype": names.REQUEST,
            "body": REQUEST_BODY.format(self._me.user_id),
            "from_device": self._me.device_id,
            "methods": list(self.methods),
            "to": user_id,
        }
        self._incoming.asking += 1
        try:
            event_id = await self._rooms.send(room_id, ROOM_MESSAGE, content)
        finally:
            self._incoming.asking -= 1
        now_ms = self._clock.now_ms()
        shown = self._flows.add(ask(event_id, self._me, user_id, self.methods, now_ms, room_id=room_id))
        self._incoming.note_early()
        self._news.set()
        return shown

    async def accept(self, verification_id: str) -> None:
        """Agree to a request; others with the same side end, one verification is enough.

        Raises: VerificationGone, PrivateKeysMissing, NothingToVerify, ClientError.
        """
        entry = self._flows.running(verification_id)
        flow = entry.flow
        self._keys.check_can_sign(flow.their_user)
        await self._publish_keys()
        keys = await self._keys.fix(flow.their_user, flow.partner.device_id)
        if keys is None:
            await self._flows.step(entry, lambda now: cancel(now, names.KEY_MISMATCH))
            raise NothingToVerify("the other device has no keys")
        for other in self._flows.all():
            if other is not entry and other.flow.their_user == flow.their_user and not other.flow.final:
                await self._flows.step(other, lambda now: cancel(now, names.USER))
        await self._flows.step(entry, lambda now: accept(now, keys, self._clock.now_ms()))

    async def start_emoji(self, verification_id: str) -> None:
        """Begin comparing emoji.

        Raises: VerificationGone, ClientError.
        """
        await self._flows.step(self._flows.running(verification_id), start_sas)

    async def scan(self, verification_id: str, data: bytes) -> None:
        """Take in a QR code of the other side, as the camera read it.

        Raises: NotThisCode, when it is another code; VerificationGone, ClientError.
        """
        entry = self._flows.running(verification_id)
        try:
            code = decode_qr_code(data)
        except CryptoError as error:
            raise NotThisCode("not a verification's QR code") from error
        if code.flow_id != verification_id:
            raise NotThisCode("the code of another verification")
        await self._flows.step(entry, lambda now: scan(now, code))

    async def confirm(self, verification_id: str) -> None:
        """Say that both sides show the same, or that the other side reports that it scanned our code.

        Raises: VerificationGone, ClientError.
        """
        await self._flows.step(self._flows.running(verification_id), confirm)

    async def mismatch(self, verification_id: str) -> None:
        """Say that the two sides show different things.

        Raises: VerificationGone, ClientError.
        """
        entry = self._flows.running(verification_id)
        await self._flows.step(entry, lambda now: cancel(now, names.MISMATCHED_SAS))

    async def cancel(self, verification_id: str) -> None:
        """Refuse a request, or give up.

        Raises: VerificationGone, ClientError.
        """
        await self._flows.step(self._flows.running(verification_id), lambda now: cancel(now, names.USER))

    def note_room_events(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        """Look for verification messages among events that a sync brought; they are taken in soon."""
        if self._incoming.note_room_events(room_id, events):
            self._news.set()

    async def work(self) -> None:
        """Take in what was noted, send and sign what could not be before, end what took too long.

        Raises: ClientError, the first of them, when all that could be done is.
        """
        async with self._working:
            while self._rooms_with_new_keys:
                await self._incoming.read_again(self._rooms_with_new_keys.pop())
            errors = [*await self._incoming.take_noted(), *await self._flows.work()]
        if errors:
            raise errors[0]

    def start(self) -> None:
        """Take things in as they come, and watch the time."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="verifications")

    async def close(self) -> None:
        """Stop, and wait until nothing is under way. What was under way ends with us."""
        self._stop_listening()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _hear_keys(self, change: Change) -> None:
        """Messages whose keys came after them can be read now."""
        if isinstance(change, RoomKeysReceived) and change.account == self._me.user_id:
            self._rooms_with_new_keys.add(change.room_id)
            self._news.set()

    async def _run(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_EVERY_S):
                    await self._news.wait()
            self._news.clear()
            try:
                await self.work()
            except ClientError as error:
                log.info("a verification is held up: %s", error)
            except Exception as error:  # noqa: BLE001 one bad message must not stop all others
                log.error("verifications: %s", describe_error(error))
