"""What other servers may ask about devices, answered from the keys of this server's users."""

from collections.abc import Mapping, Sequence

from federation.protocol.ids import UserId
from homeserver.e2ee.claim_keys import claim_local_keys
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.keys_of_users import KeysOfUsers
from homeserver.e2ee.query_keys import MAX_USERS, query_local_keys
from homeserver.errors import TooLarge
from homeserver.json_types import JsonObject
from homeserver.storage.device_lists import select_stream_id


class ServicesDevices:
    """The port `Devices` over this server's accounts."""

    def __init__(self, e2ee: E2eeContext) -> None:
        self._e2ee = e2ee

    async def device_list(self, user_id: UserId) -> JsonObject | None:
        # The number first: a change in between is then announced with a greater one, and fetched again.
        nids = await self._e2ee.names.known_users([user_id])
        if user_id not in nids:
            return None
        async with self._e2ee.db.acquire() as conn:
            stream_id = await select_stream_id(conn, nids[user_id])
        found = await query_local_keys(self._e2ee, {user_id: ()})
        if user_id not in found.device_keys:
            return None
        return _render_list(user_id, stream_id, found)

    async def query_keys(self, wanted: Mapping[UserId, Sequence[str]]) -> JsonObject:
        if len(wanted) > MAX_USERS:
            raise TooLarge(f"A request asks about at most {MAX_USERS} users")
        found = await query_local_keys(self._e2ee, wanted)
        return {
            "device_keys": found.device_keys,
            "master_keys": found.master_keys,
            "self_signing_keys": found.self_signing_keys,
        }

    async def claim_keys(self, wanted: Mapping[UserId, Mapping[str, str]]) -> JsonObject:
        claimed = await claim_local_keys(self._e2ee, wanted)
        return {"one_time_keys": claimed.one_time_keys}


def _render_list(user_id: UserId, stream_id: int, found: KeysOfUsers) -> JsonObject:
    devices = []
    for device_id, keys in found.device_keys[user_id].items():
        name = keys["unsigned"].get("device_display_name")
        device = {"device_id": device_id, "keys": {k: v for k, v in keys.items() if k != "unsigned"}}
        devices.append(device if name is None else {**device, "device_display_name": name})
    rendered: JsonObject = {"user_id": user_id, "stream_id": stream_id, "devices": devices}
    if user_id in found.master_keys:
        rendered["master_key"] = found.master_keys[user_id]
    if user_id in found.self_signing_keys:
        rendered["self_signing_key"] = found.self_signing_keys[user_id]
    return rendered
