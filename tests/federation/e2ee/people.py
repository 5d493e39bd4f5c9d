"""Alice on a server of ours, Bob on a peer that says of his devices what a test wants."""

import asyncio
from dataclasses import dataclass, field

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.key_support import CrossSigning, query, sign, signing_key, sync, token
from tests.support.fake_peer import FakePeer, PeerAnswer, PeerRequest
from tests.support.federation_servers import FederationServer
from tests.support.rooms import make_room

DEVICES = "/_matrix/federation/v1/user/devices/{userId}"
QUERY = "/_matrix/federation/v1/user/keys/query"
CLAIM = "/_matrix/federation/v1/user/keys/claim"


@dataclass
class Pair:
    """Alice of our server and Bob of the peer; `devices` and `stream_id` are what the peer tells of Bob."""

    server: FederationServer
    peer: FakePeer
    alice: ApiClient
    devices: dict[str, JsonObject] = field(default_factory=dict)
    stream_id: int = 5
    public_keys: JsonObject = field(default_factory=dict)

    @property
    def bob(self) -> UserId:
        return self.peer.user("bob")

    def give_device(self, device_id: str, seed: int = 1) -> JsonObject:
        """Give Bob a device, or another key to one; return its keys."""
        self.devices[device_id] = keys_of(self.bob, device_id, seed)
        return self.devices[device_id]

    def give_cross_signing(self, seed: int = 50) -> None:
        keys = CrossSigning.of(self.bob, seed)
        self.public_keys = {"master_key": keys.master_key, "self_signing_key": keys.self_signing_key}

    def device_list(self, _request: PeerRequest) -> PeerAnswer:
        """Answer `/user/devices`."""
        devices = [{"device_id": device_id, "keys": keys} for device_id, keys in self.devices.items()]
        return {"user_id": self.bob, "stream_id": self.stream_id, "devices": devices, **self.public_keys}

    async def share_a_room(self) -> str:
        """Put Alice and Bob into one room; return its id."""
        room = await make_room(self.server.services.rooms, UserId(self.alice.user_id), members=[self.bob])
        return room.room_id

    async def update(self, device_id: str, /, *, prev_id: object = None, **members: object) -> None:
        """Send an update of one device, as its next one."""
        self.stream_id += 1
        content: JsonObject = {
            "user_id": self.bob,
            "device_id": device_id,
            "stream_id": self.stream_id,
            "prev_id": [self.stream_id - 1] if prev_id is None else prev_id,
            **({"keys": self.devices[device_id]} if device_id in self.devices else {"deleted": True}),
            **members,
        }
        await self.peer.send_edu(self.server.name, "m.device_list_update", content)

    def fetches(self) -> int:
        """Return how often the whole list was asked for."""
        return len(self.peer.requests_for(DEVICES))

    async def known_devices(self) -> JsonObject:
        """Return the keys of Bob's devices that Alice is shown."""
        devices: JsonObject = (await query(self.alice, self.bob))["device_keys"].get(self.bob, {})
        return {
            device_id: {k: v for k, v in keys.items() if k != "unsigned"}
            for device_id, keys in devices.items()
        }

    async def token(self) -> str:
        return await token(self.alice)

    async def until_changed(self, since: str) -> JsonObject:
        """Wait until a sync tells of changed device lists; return what it says of them."""
        async with asyncio.timeout(60):
            while True:
                body = await sync(self.alice, since, 5_000)
                if "device_lists" in body:
                    lists: JsonObject = body["device_lists"]
                    return lists
                since = body["next_batch"]


def keys_of(user_id: str, device_id: str, seed: int = 1) -> JsonObject:
    """Return identity keys of a device, signed by itself."""
    keys: JsonObject = {
        "user_id": user_id,
        "device_id": device_id,
        "algorithms": ["m.olm.v1.curve25519-aes-sha2"],
        "keys": {f"ed25519:{device_id}": f"key{seed}"},
    }
    return sign(keys, user_id, signing_key(seed), device_id)
