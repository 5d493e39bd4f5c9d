"""Megolm sessions that we write with: making, replacing and sharing them.

Before a message is encrypted its session is stored, every device that may read it has been sent the key or
the reason why not, and the advanced ratchet is stored before the ciphertext leaves this module.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mmegolmv1aes-sha2
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakValueDictionary

import orjson
import vodozemac

from client_desktop.core.clock import Clock
from client_desktop.core.crypto.account import OlmAccount
from client_desktop.core.crypto.device_keys import MEGOLM_ALGORITHM, Device
from client_desktop.core.crypto.device_lists import DeviceLists
from client_desktop.core.crypto.errors import IdentityChanged, NotEncrypted
from client_desktop.core.crypto.ports import Rooms, ToDeviceMessages
from client_desktop.core.crypto.room_keys import RoomKeys
from client_desktop.core.crypto.room_settings import RoomEncryption, RoomSettings, SendTo
from client_desktop.core.crypto.to_device import ToDevice
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.megolm import (
    OutboundSession,
    Recipient,
    discard_outbound,
    replace_outbound,
    select_outbound,
    select_recipients,
    update_outbound,
    upsert_recipients,
)
from client_desktop.core.store.olm import durable_transaction, insert_failure_told
from client_desktop.core.values import Membership, UserTrust

log = logging.getLogger(__name__)

MEMBERS: Final = frozenset({Membership.JOIN, Membership.INVITE})
BLOCKED: Final = "m.blacklisted"
UNVERIFIED: Final = "m.unverified"
NO_OLM: Final = "m.no_olm"
REASONS: Final = {
    BLOCKED: "The sender has blocked you.",
    UNVERIFIED: "The sender has disabled encrypting to unverified devices.",
    NO_OLM: "Unable to establish a secure channel.",
}


@dataclass(frozen=True, slots=True)
class _Audience:
    """Who may read a room's next message, and who may not, with the code that says why."""

    allowed: tuple[Device, ...]
    withheld: tuple[tuple[Device, str], ...]


@dataclass(frozen=True, slots=True)
class _Settled:
    """All that decides who has a session: while it stays the same, nobody needs to be looked at again."""

    members: dict[str, str]
    encryption: RoomEncryption
    send_to: SendTo
    generation: int
    """Of the device lists."""


class GroupSessions:
    """One session per room, replaced in time."""

    def __init__(
        self,
        account: OlmAccount,
        store: Store,
        clock: Clock,
        pickle_key: bytes,
        rooms: Rooms,
        settings: RoomSettings,
        devices: DeviceLists,
        to_device: ToDevice,
        room_keys: RoomKeys,
    ) -> None:
        self._account = account
        self._store = store
        self._clock = clock
        self._pickle_key = pickle_key
        self._rooms = rooms
        self._settings = settings
        self._devices = devices
        self._to_device = to_device
        self._room_keys = room_keys
        self._settled: dict[str, tuple[str, _Settled]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def encrypt(self, room_id: str, event_type: str, content: ReadonlyJsonObject) -> JsonObject:
        """Encrypt an event for everybody who may read it; return the content of an `m.room.encrypted`.

        Raises: NotEncrypted, IdentityChanged; ClientError where keys could not be sent.
        """
        async with self._lock(room_id):
            session = await self._shared_session(room_id)
            return self._encrypt(session, room_id, event_type, content)

    async def prepare(self, room_id: str) -> None:
        """Share the key of what may be written next.

        Raises: NotEncrypted, IdentityChanged; ClientError.
        """
        async with self._lock(room_id):
            await self._shared_session(room_id)

    def discard(self, room_id: str) -> None:
        """Use another session from now on: somebody may have the key who may not read on."""
        with durable_transaction(self._store) as db:
            discard_outbound(db, room_id)

    def _lock(self, room_id: str) -> asyncio.Lock:
        return self._locks.setdefault(room_id, asyncio.Lock())

    async def _shared_session(self, room_id: str) -> OutboundSession:
        """Return a session that may be written with and that its audience has."""
        encryption = self._settings.of(room_id)
        if encryption is None:
            raise NotEncrypted(room_id)
        members = await self._rooms.keyholders(room_id)
        session = select_outbound(self._store.db, room_id)
        settled = _Settled(members, encryption, self._settings.recipients(room_id), self._devices.generation)
        is_settled = session is not None and self._settled.get(room_id) == (session.session_id, settled)
        if session is not None and is_settled and not self._is_worn(session, encryption):
            return session
        audience = await self._audience(settled)
        session = select_outbound(self._store.db, room_id)
        if session is None or self._is_used_up(session, encryption, audience):
            session = self._make(room_id, encryption)
        complete = await self._share(session, audience)
        # Somebody may have left while keys were under way: what they were not sent they cannot read, what
        # they were sent is used no more.
        now = select_outbound(self._store.db, room_id)
        if now is None or now.discarded:
            return await self._shared_session(room_id)
        if complete and not self._devices.any_outdated(members):
            self._settled[room_id] = (now.session_id, settled)
        return now

    async def _audience(self, wanted: _Settled) -> _Audience:
        memberships = {Membership.JOIN} if wanted.encryption.joined_only else MEMBERS
        user_ids = sorted(user for user, membership in wanted.members.items() if membership in memberships)
        listed = await self._devices.current(user_ids)
        trust, me = self._devices.trust, self._account.user_id
        changed = {u for u in user_ids if u != me and trust.user_trust(u) is UserTrust.CHANGED}
        if changed:
            raise IdentityChanged(frozenset(changed))
        allowed, withheld = [], []
        for device in (device for user_id in user_ids for device in listed[user_id]):
            if device.ed25519 == self._account.ed25519 or MEGOLM_ALGORITHM not in device.algorithms:
                continue
            code = self._code_for(device, wanted.send_to)
            if code is None:
                allowed.append(device)
            else:
                withheld.append((device, code))
        return _Audience(tuple(allowed), tuple(withheld))

    def _code_for(self, device: Device, send_to: SendTo) -> str | None:
        """Tell why a device gets no keys; None where it does."""
        trust = self._devices.trust
        if device.blocked:
            return BLOCKED
        if send_to is SendTo.VERIFIED and not trust.device_verified(device):
            return UNVERIFIED
        if send_to is SendTo.CROSS_SIGNED and not trust.device_cross_signed(device):
            return UNVERIFIED
        if device.dehydrated and not trust.device_cross_signed(device):
            return UNVERIFIED
        return None

    def _is_worn(self, session: OutboundSession, encryption: RoomEncryption) -> bool:
        """Tell whether a new session is needed: by number, by age, by who may be given it later."""
        age_ms = self._clock.now_ms() - session.created_ms
        return (
            session.discarded
            or session.messages >= encryption.messages
            or not 0 <= age_ms < encryption.period_ms
            or session.shared_history != encryption.shared_history
        )

    def _is_used_up(self, session: OutboundSession, encryption: RoomEncryption, audience: _Audience) -> bool:
        """Tell whether a new session is needed, also since somebody has this one who may not."""
        allowed = {(device.user_id, device.ed25519) for device in audience.allowed}
        return self._is_worn(session, encryption) or any(
            not known.withheld and (known.user_id, known.ed25519) not in allowed
            for known in select_recipients(self._store.db, session.session_id)
        )

    def _make(self, room_id: str, encryption: RoomEncryption) -> OutboundSession:
        ratchet = vodozemac.GroupSession()
        session = OutboundSession(
            room_id,
            ratchet.session_id,
            ratchet.pickle(self._pickle_key),
            self._clock.now_ms(),
            0,
            encryption.shared_history,
        )
        with durable_transaction(self._store) as db:
            replace_outbound(db, session)
            self._room_keys.store_own(db, room_id, ratchet, encryption.shared_history)
        self._room_keys.publish_new()
        return session

    async def _share(self, session: OutboundSession, audience: _Audience) -> bool:
        """Send the key to those of the audience who do not have it, and the others the reason why not.

        Returns whether everybody has one or the other; False where there was no channel to a device.
        """
        without_olm: list[Device] = []
        known = {
            (recipient.user_id, recipient.ed25519): recipient.withheld
            for recipient in select_recipients(self._store.db, session.session_id)
        }
        missing = [d for d in audience.allowed if known.get((d.user_id, d.ed25519)) != ""]
        untold = [
            (device, code)
            for device, code in audience.withheld
            if known.get((device.user_id, device.ed25519)) != code
        ]
        if missing:
            ratchet = self._unpickle(session)
            key = self._key_content(session, ratchet)

            def note(devices: Sequence[Device]) -> None:
                self._note_recipients(session, ratchet.message_index, devices, "")

            without_olm = await self._to_device.send_encrypted(missing, "m.room_key", lambda _: key, note)
            await self._tell_without_olm(without_olm)
        if untold:
            await self._withhold(session, untold)
        return not without_olm

    def _key_content(self, session: OutboundSession, ratchet: vodozemac.GroupSession) -> JsonObject:
        return {
            "algorithm": MEGOLM_ALGORITHM,
            "room_id": session.room_id,
            "session_id": session.session_id,
            "session_key": ratchet.session_key.to_base64(),
            "shared_history": session.shared_history,
            "org.matrix.msc3061.shared_history": session.shared_history,
        }

    async def _withhold(self, session: OutboundSession, devices: Iterable[tuple[Device, str]]) -> None:
        """Tell devices that they will not get the key, and why.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#reporting-that-decryption-keys-are-withheld
        """
        messages: ToDeviceMessages = {}
        by_code: dict[str, list[Device]] = {}
        for device, code in devices:
            by_code.setdefault(code, []).append(device)
            content = self._withheld_content(code)
            content |= {"room_id": session.room_id, "session_id": session.session_id}
            messages.setdefault(device.user_id, {})[device.device_id] = content
        await self._to_device.send("m.room_key.withheld", messages)
        for code, told in by_code.items():
            self._note_recipients(session, 0, told, code)

    async def _tell_without_olm(self, devices: Iterable[Device]) -> None:
        """Tell devices, once until it works again, that there is no channel to them."""
        messages: ToDeviceMessages = {}
        with self._store.transaction() as db:
            for device in devices:
                if insert_failure_told(db, device.user_id, device.device_id):
                    content = self._withheld_content(NO_OLM)
                    messages.setdefault(device.user_id, {})[device.device_id] = content
        await self._to_device.send("m.room_key.withheld", messages)

    def _withheld_content(self, code: str) -> JsonObject:
        return {
            "algorithm": MEGOLM_ALGORITHM,
            "sender_key": self._account.curve25519,
            "code": code,
            "reason": REASONS[code],
        }

    def _note_recipients(
        self, session: OutboundSession, index: int, devices: Sequence[Device], withheld: str
    ) -> None:
        recipients = [Recipient(device.user_id, device.ed25519, index, withheld) for device in devices]
        with durable_transaction(self._store) as db:
            upsert_recipients(db, session.session_id, recipients)

    def _encrypt(
        self, session: OutboundSession, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> JsonObject:
        ratchet = self._unpickle(session)
        plaintext = orjson.dumps({"type": event_type, "content": content, "room_id": room_id})
        ciphertext = ratchet.encrypt(plaintext).to_base64()
        pickle = ratchet.pickle(self._pickle_key)
        with durable_transaction(self._store) as db:
            update_outbound(db, replace(session, pickle=pickle, messages=session.messages + 1))
        encrypted: JsonObject = {
            "algorithm": MEGOLM_ALGORITHM,
            "sender_key": self._account.curve25519,
            "device_id": self._account.device_id,
            "session_id": session.session_id,
            "ciphertext": ciphertext,
        }
        if "m.relates_to" in content:  # servers must see what belongs together
            encrypted["m.relates_to"] = content["m.relates_to"]
        return encrypted

    def _unpickle(self, session: OutboundSession) -> vodozemac.GroupSession:
        try:
            return vodozemac.GroupSession.from_pickle(session.pickle, self._pickle_key)
        except ValueError as error:
            raise StoreDamaged("a group session cannot be read with this pickle key") from error
