"""Keys of users and their devices, as they are shown to somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.protocol.ids import ServerName, UserId
from homeserver.json_types import JsonObject, JsonValue
from homeserver.storage.cross_signing import MASTER, SELF_SIGNING, KeysOfUser, SignaturesOfUser
from homeserver.storage.device_keys import DeviceKeys


@dataclass(slots=True)
class KeysOfUsers:
    """The keys of users, and the servers that could not be asked, with the reason in words."""

    device_keys: dict[UserId, dict[str, JsonObject]] = field(default_factory=dict)
    master_keys: dict[UserId, JsonObject] = field(default_factory=dict)
    self_signing_keys: dict[UserId, JsonObject] = field(default_factory=dict)
    user_signing_keys: dict[UserId, JsonObject] = field(default_factory=dict)
    failures: dict[ServerName, str] = field(default_factory=dict)

    def add(self, other: "KeysOfUsers") -> None:
        """Take in the keys of further users."""
        self.device_keys |= other.device_keys
        self.master_keys |= other.master_keys
        self.self_signing_keys |= other.self_signing_keys
        self.user_signing_keys |= other.user_signing_keys
        self.failures |= other.failures

    def add_cross_signing(self, user_id: UserId, keys: KeysOfUser, signatures: SignaturesOfUser) -> None:
        """Take in what everybody may see of a user's cross-signing keys."""
        if (master := keys.get(MASTER)) is not None:
            self.master_keys[user_id] = with_signatures(master.json, signatures.get(master.public_key))
        if (self_signing := keys.get(SELF_SIGNING)) is not None:
            self.self_signing_keys[user_id] = self_signing.json


@dataclass(slots=True)
class ClaimedKeys:
    """One-time keys by user, device id and name, and the servers that could not be asked."""

    one_time_keys: dict[UserId, dict[str, dict[str, JsonValue]]] = field(default_factory=dict)
    failures: dict[ServerName, str] = field(default_factory=dict)


def render_device(device: DeviceKeys, signatures: SignaturesOfUser) -> JsonObject:
    """Return a device's keys with the signatures uploaded later, and its name."""
    unsigned = {} if device.display_name is None else {"device_display_name": device.display_name}
    keys = with_signatures(device.keys or {}, signatures.get(device.device_id))
    return {**keys, "unsigned": unsigned}


def with_signatures(key: JsonObject, added: Mapping[str, Mapping[str, str]] | None) -> JsonObject:
    """Return a key with further signatures, by signer and key id."""
    if not added:
        return key
    signatures = {signer: dict(made) for signer, made in key.get("signatures", {}).items()}
    for signer, made in added.items():
        signatures.setdefault(signer, {}).update(made)
    return {**key, "signatures": signatures}
