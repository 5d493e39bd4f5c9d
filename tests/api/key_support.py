"""Keys for tests: made from seeds, signed as a client signs them."""

from collections.abc import Mapping
from dataclasses import dataclass

from federation.protocol.signing import SigningKey, encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient


def signing_key(seed: int) -> SigningKey:
    return generate_signing_key("1", bytes([seed]) * 32)


def public(key: SigningKey) -> str:
    return encode_base64(key.public_key)


def sign(key: JsonObject, user_id: str, signer: SigningKey, name: str | None = None) -> JsonObject:
    """Return a key with one more signature; `name` is what follows "ed25519:" in its key id."""
    part = {member: value for member, value in key.items() if member not in ("signatures", "unsigned")}
    signed: JsonObject = dict(sign_json(part, user_id, signer))
    ((_, signature),) = signed["signatures"][user_id].items()
    signatures = {who: dict(made) for who, made in key.get("signatures", {}).items()}
    signatures.setdefault(user_id, {})[f"ed25519:{name or public(signer)}"] = signature
    return {**key, "signatures": signatures}


def device_keys(device: ApiClient, seed: int = 1) -> JsonObject:
    """Return a device's identity keys, signed by itself."""
    signer = signing_key(seed)
    keys: JsonObject = {
        "user_id": device.user_id,
        "device_id": device.device_id,
        "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
        "keys": {
            f"ed25519:{device.device_id}": public(signer),
            f"curve25519:{device.device_id}": encode_base64(bytes([seed]) * 32),
        },
    }
    return sign(keys, device.user_id, signer, device.device_id)


@dataclass(frozen=True)
class CrossSigning:
    """A user's three keys, well signed."""

    user_id: str
    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    @classmethod
    def of(cls, user_id: str, seed: int) -> "CrossSigning":
        return cls(user_id, *(signing_key(seed + n) for n in range(3)))

    @property
    def master_key(self) -> JsonObject:
        return cross_signing_key(self.user_id, "master", self.master)

    @property
    def self_signing_key(self) -> JsonObject:
        key = cross_signing_key(self.user_id, "self_signing", self.self_signing)
        return sign(key, self.user_id, self.master)

    @property
    def user_signing_key(self) -> JsonObject:
        key = cross_signing_key(self.user_id, "user_signing", self.user_signing)
        return sign(key, self.user_id, self.master)

    def body(self) -> JsonObject:
        return {
            "master_key": self.master_key,
            "self_signing_key": self.self_signing_key,
            "user_signing_key": self.user_signing_key,
        }


def cross_signing_key(user_id: str, usage: str, key: SigningKey) -> JsonObject:
    return {"user_id": user_id, "usage": [usage], "keys": {f"ed25519:{public(key)}": public(key)}}


def one_time_key(n: int, **members: object) -> JsonObject:
    return {"key": encode_base64(bytes([n]) * 32), "signatures": {}, **members}


async def upload(device: ApiClient, **members: object) -> JsonObject:
    """Upload keys; return the counts of one-time keys."""
    counts: JsonObject = (await device.post("/keys/upload", members)).ok()["one_time_key_counts"]
    return counts


async def query(viewer: ApiClient, *user_ids: str) -> JsonObject:
    return (await viewer.post("/keys/query", {"device_keys": {user_id: [] for user_id in user_ids}})).ok()


async def claim(
    viewer: ApiClient, device: ApiClient, algorithm: str = "signed_curve25519"
) -> Mapping[str, object]:
    """Claim a key of a device; return it by its name, or nothing."""
    wanted = {"one_time_keys": {device.user_id: {device.device_id: algorithm}}}
    found = (await viewer.post("/keys/claim", wanted)).ok()["one_time_keys"]
    keys: Mapping[str, object] = found.get(device.user_id, {}).get(device.device_id, {})
    return keys


async def sync(viewer: ApiClient, since: str | None = None, timeout_ms: int = 0) -> JsonObject:
    params: dict[str, str | int] = {"timeout": timeout_ms}
    if since is not None:
        params["since"] = since
    return (await viewer.get("/sync", **params)).ok()


async def token(viewer: ApiClient) -> str:
    return str((await sync(viewer))["next_batch"])
