"""Devices that encrypt against a real server, each step of theirs taken by the test."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection

import aiohttp

from client_desktop.core.api import Api, FixedToken, path
from client_desktop.core.changes import Change, Changes, DevicesChanged, MembersChanged
from client_desktop.core.crypto.crypto import Crypto
from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.signed_json import with_signature
from client_desktop.core.crypto.trust.identity import (
    SELF_SIGNING,
    USAGES,
    build_identity,
    generate_identity,
)
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.store import Store
from client_desktop.core.values import UserTrust
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock

PICKLE_KEY = bytes(range(32))
ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


class ChosenTrust:
    """Says of devices and people what the test wants."""

    def __init__(self) -> None:
        self.cross_signed: set[str] = set()
        self.verified: set[str] = set()
        self.users: dict[str, UserTrust] = {}
        self.publish: list[Callable[[], None]] = []
        self.identities: dict[str, ReadonlyJsonObject] = {}

    def receive_identities(self, db: Connection, user_id: str, answer: ReadonlyJsonObject) -> bool:
        changed = self.identities.get(user_id, {}) != answer
        self.identities[user_id] = answer
        return changed

    def device_cross_signed(self, device: Device) -> bool:
        return device.ed25519 in self.cross_signed | self.verified

    def device_verified(self, device: Device) -> bool:
        return device.ed25519 in self.verified

    def user_trust(self, user_id: str) -> UserTrust:
        return self.users.get(user_id, UserTrust.UNVERIFIED)

    def verify(self, *devices: "EncryptingDevice") -> None:
        self.verified |= {device.crypto.account.ed25519 for device in devices}
        self.tell()

    def verify_known(self, devices: Iterable[Device]) -> None:
        self.verified |= {device.ed25519 for device in devices}
        self.tell()

    def set_user(self, user_id: str, trust: UserTrust) -> None:
        self.users[user_id] = trust
        self.tell()

    def tell(self) -> None:
        """Tell everybody whose view this is that trust is another."""
        for publish in self.publish:
            publish()


class SyncedRooms:
    """Rooms as the last sync left them."""

    def __init__(self) -> None:
        self._state: dict[tuple[str, str, str], JsonObject] = {}

    def state(self, room_id: str, event_type: str, state_key: str = "") -> JsonObject | None:
        return self._state.get((room_id, event_type, state_key))

    async def keyholders(self, room_id: str) -> dict[str, str]:
        members = {
            key: content["membership"]
            for (room, event_type, key), content in self._state.items()
            if (room, event_type) == (room_id, "m.room.member")
        }
        return {user: membership for user, membership in members.items() if membership in ("join", "invite")}

    def take(self, room_id: str, event: JsonObject) -> None:
        if "state_key" in event:
            self._state[room_id, event["type"], event["state_key"]] = event["content"]

    def forget(self, room_id: str) -> None:
        self._state = {name: content for name, content in self._state.items() if name[0] != room_id}


class Uploads:
    """Shared history on the server."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def upload(self, data: bytes) -> str:
        async with self._api.stream("POST", "/_matrix/media/v3/upload", data=data) as response:
            uri = (await response.json())["content_uri"]
        assert isinstance(uri, str)
        return uri

    async def download(self, mxc_uri: str, max_bytes: int) -> bytes:
        server, media_id = mxc_uri.removeprefix("mxc://").split("/")
        target = path("/_matrix/client/v1/media/download/{}/{}", server, media_id)
        async with self._api.stream("GET", target) as response:
            return await response.content.read(max_bytes)


@dataclass
class EncryptingDevice:
    """One signed-in device: `sync` is one step of its life."""

    plain: ApiClient
    api: Api
    store: Store
    clock: FakeClock
    changes: Changes = field(default_factory=Changes)
    trust: ChosenTrust = field(default_factory=ChosenTrust)
    rooms: SyncedRooms = field(default_factory=SyncedRooms)
    since: str | None = None
    received: list[ToDeviceMessage] = field(default_factory=list)
    told: list[Change] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.changes.listen(Change, self.told.append)
        nobody = DevicesChanged(self.user_id, frozenset())
        self.trust.publish.append(lambda: self.changes.publish(nobody))
        self.crypto = self._open_crypto()

    @property
    def user_id(self) -> str:
        return self.plain.user_id

    @property
    def device_id(self) -> str:
        return self.plain.device_id

    def restart(self) -> None:
        """End the program and start it again, with what the store has."""
        self.crypto.close()
        self.crypto = self._open_crypto()

    async def pull(self) -> JsonObject:
        """Ask the server for what is new, without taking it in."""
        query: dict[str, str | int | None] = {
            "timeout": 0,
            "filter": '{"room":{"timeline":{"limit":50}}}',
            "since": self.since,
        }
        return await self.api.get("/_matrix/client/v3/sync", query)

    async def take(self, batch: JsonObject) -> dict[str, list[ClearEvent]]:
        """Take a sync's answer in, as far as a crash before its token was stored would let us."""
        lists = batch.get("device_lists", {})
        await self.crypto.receive_sync(
            batch.get("to_device", {}).get("events", []),
            {name: lists.get(name, []) for name in ("changed", "left")},
            batch.get("device_one_time_keys_count", {}),
            batch.get("device_unused_fallback_key_types"),
        )
        rooms = batch.get("rooms", {})
        events = {}
        for room_id, room in {**rooms.get("join", {}), **rooms.get("leave", {})}.items():
            for event in (*room["state"]["events"], *room["timeline"]["events"]):
                self.rooms.take(room_id, event)
            events[room_id] = await self.crypto.decrypt_events(room_id, room["timeline"]["events"])
            changed = [e["state_key"] for e in room["state"]["events"] if e["type"] == "m.room.member"]
            if changed:
                self.changes.publish(MembersChanged(self.user_id, room_id, frozenset(changed)))
        return events

    async def sync(self) -> dict[str, list[ClearEvent]]:
        batch = await self.pull()
        events = await self.take(batch)
        self.since = batch["next_batch"]
        await self.crypto.after_sync()
        return events

    async def send(self, room_id: str, body: str) -> str:
        """Write a message; return its event id."""
        event_type, content = await self.crypto.encrypt(
            room_id, "m.room.message", {"msgtype": "m.text", "body": body}
        )
        return await self.send_raw(room_id, event_type, content)

    async def send_raw(self, room_id: str, event_type: str, content: ReadonlyJsonObject) -> str:
        target = f"/rooms/{room_id}/send/{event_type}/{len(self.told)}{self.clock.now_ms()}{id(content)}"
        event_id = (await self.plain.put(target, content)).ok()["event_id"]
        assert isinstance(event_id, str)
        return event_id

    async def read(self, room_id: str) -> list[str]:
        """Sync, and return the room's new messages: their text, or why they could not be read."""
        events = (await self.sync()).get(room_id, [])
        return [text_of(event) for event in events if event.encrypted]

    def hear(self, event_type: str) -> list[ToDeviceMessage]:
        async def note(message: ToDeviceMessage) -> None:
            self.received.append(message)

        self.crypto.on_to_device(event_type, note)
        return self.received

    def _open_crypto(self) -> Crypto:
        crypto = Crypto.open(
            self.user_id,
            self.device_id,
            self.api,
            self.store,
            self.changes,
            self.clock,
            self.rooms,
            PICKLE_KEY,
            self.trust,
        )
        crypto.files = Uploads(self.api)
        crypto.on_missing_key(lambda room_id, session_id: self.missing.append((room_id, session_id)))
        return crypto


class OpenDevice:
    """`device = await open_device("alice")`: a new device of that account."""

    def __init__(
        self,
        nobody: ApiClient,
        http: aiohttp.ClientSession,
        clock: FakeClock,
        folder: Path,
        suffix: str = "",
    ) -> None:
        """`suffix` of every account's name, where several tests share a server."""
        self._suffix = suffix
        self._nobody = nobody
        self._http = http
        self._clock = clock
        self._folder = folder
        self._known: set[str] = set()
        self.opened: list[EncryptingDevice] = []

    async def __call__(self, name: str, *, trust: ChosenTrust | None = None) -> EncryptingDevice:
        """Sign in and sync once, so that the server has the device's keys."""
        name += self._suffix
        plain = await (self._nobody.log_in(name) if name in self._known else self._nobody.register(name))
        self._known.add(name)
        assert plain.access_token is not None
        api = Api(self._nobody.base_url, self._http, FixedToken(plain.access_token))
        store = Store.open(self._folder / f"{plain.device_id}.db")
        device = EncryptingDevice(plain, api, store, self._clock, trust=trust or ChosenTrust())
        self.opened.append(device)
        await device.sync()
        return device


async def make_identity(device: EncryptingDevice) -> None:
    """Give the account cross-signing keys that sign this device."""
    private = generate_identity()
    identity = build_identity(device.user_id, private)
    keys = {f"{usage}_key": identity.keys[usage] for usage in USAGES}
    await device.api.post("/_matrix/client/v3/keys/device_signing/upload", keys)
    signing = private.keys[SELF_SIGNING]
    signed = with_signature(
        device.crypto.account.device_keys(), device.user_id, f"ed25519:{signing.public_key}", signing.sign
    )
    body = {device.user_id: {device.device_id: signed}}
    assert not (await device.api.post("/_matrix/client/v3/keys/signatures/upload", body))["failures"]
    device.trust.verify(device)
    await device.sync()


def text_of(event: ClearEvent) -> str:
    return event.failure_word or str(event.content.get("body"))


async def meet(host: EncryptingDevice, *guests: EncryptingDevice, **options: object) -> str:
    """Make an encrypted room of everybody, who know of each other afterwards."""
    invite = sorted({guest.user_id for guest in guests} - {host.user_id})
    body = {"preset": "private_chat", "invite": invite, "initial_state": [ENCRYPTION], **options}
    room_id = (await host.plain.post("/createRoom", body)).ok()["room_id"]
    assert isinstance(room_id, str)
    for guest in guests:
        (await guest.plain.post(f"/join/{room_id}")).ok()
    for device in (host, *guests):
        await device.sync()
    return room_id
