"""The real ids that requests are made of: accounts, rooms, events, media on a server just started."""

import asyncio
import hmac
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from homeserver.json_types import JsonObject, JsonValue
from tests.api.client import PASSWORD, ApiClient
from tests.conformance.good_requests import BACKUP, PATH_IDS, SESSION_KEY
from tests.support.parlour_process import TEST_SETTINGS
from tests.support.pictures import PNG

NUMBERS = itertools.count(1)
SHARED_SECRET_PATH = "/_synapse/admin/v1/register"


@dataclass(frozen=True)
class World:
    """What exists. `ids` maps the names that good_requests.py uses to values on the server."""

    base_url: str
    token: str
    ids: dict[str, str] = field(default_factory=dict)

    def fill(self, value: JsonValue) -> JsonValue:
        """Return the value with each `<name>` in its strings replaced by the id of that name."""
        if isinstance(value, str):
            return self.fill_text(value)
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, dict):
            return {self.fill_text(key): self.fill(item) for key, item in value.items()}
        return value

    def fill_text(self, text: str) -> str:
        """Return the text with each `<name>` replaced by the id of that name."""
        for name, known in self.ids.items():
            text = text.replace(f"<{name}>", known)
        return text


def build_world(base_url: str) -> World:
    """Make the accounts, rooms, events and files that requests can be about."""
    return asyncio.run(_build(base_url))


def register_victim(base_url: str) -> dict[str, str]:
    """Register an account for a request that ends sessions or accounts, and return its ids."""

    async def register() -> dict[str, str]:
        async with aiohttp.ClientSession() as session:
            anonymous = ApiClient(session, base_url)
            account = await anonymous.register(f"victim{next(NUMBERS)}")
            other = await account.log_in(account.user_id)
            login = (await account.try_log_in(account.user_id, refresh_token=True)).ok()
        return {
            "victim": account.user_id,
            "victim_device": other.device_id,
            "victim_token": login["access_token"],
            "victim_refresh_token": login["refresh_token"],
        }

    return asyncio.run(register())


async def _build(base_url: str) -> World:
    async with aiohttp.ClientSession() as session:
        anonymous = ApiClient(session, base_url)
        alice = await _register_admin(anonymous)
        bob = await anonymous.register("bob")
        carol = await anonymous.register("carol")
        ids = {"alice": alice.user_id, "bob": bob.user_id, "carol": carol.user_id}
        ids["alice_device"] = alice.device_id
        ids["server"] = alice.user_id.partition(":")[2]
        ids["page"] = f"{base_url}/_matrix/client/versions"
        ids |= await _build_rooms(alice, bob)
        ids |= await _build_media(alice)
        ids |= await _build_account(alice)
        ids |= await _build_backups(alice, ids["room"])
    assert alice.access_token is not None
    return World(base_url, alice.access_token, ids)


async def _register_admin(anonymous: ApiClient) -> ApiClient:
    nonce = (await anonymous.get(SHARED_SECRET_PATH)).ok()["nonce"]
    message = "\0".join((nonce, "alice", PASSWORD, "admin")).encode()
    secret = TEST_SETTINGS["registration"]["shared_secret"].encode()
    body: JsonObject = {"nonce": nonce, "username": "alice", "password": PASSWORD, "admin": True}
    body["mac"] = hmac.digest(secret, message, "sha1").hex()
    return anonymous.logged_in((await anonymous.post(SHARED_SECRET_PATH, body)).ok())


async def _build_rooms(alice: ApiClient, bob: ApiClient) -> dict[str, str]:
    server = alice.user_id.partition(":")[2]
    room = await _create_room(alice, {"preset": "public_chat", "room_alias_name": "main", "name": "Main"})
    scrap = await _create_room(alice, {"preset": "public_chat", "room_alias_name": "scrap"})
    knocked = await _create_room(bob, {"initial_state": [_join_rule("knock")]})
    joinable = await _create_room(bob, {"preset": "public_chat"})
    left = await _create_room(alice, {"preset": "public_chat"})
    (await alice.post(f"/rooms/{left}/leave")).ok()
    for joined in (room, scrap):
        (await bob.post(f"/join/{joined}")).ok()
    event = await _send(alice, room, "m.room.message", {"msgtype": "m.text", "body": "Hello"})
    thread = {"rel_type": "m.thread", "event_id": event}
    reply: JsonObject = {"msgtype": "m.text", "body": "In a thread", "m.relates_to": thread}
    await _send(alice, room, "m.room.message", reply)
    return {
        "room": room,
        "scrap_room": scrap,
        "knockable_room": knocked,
        "joinable_room": joinable,
        "left_room": left,
        "event": event,
        "scrap_event": await _send(alice, room, "m.room.message", {"msgtype": "m.text", "body": "Scrap"}),
        "alias": f"#main:{server}",
        "scrap_alias": f"#scrap:{server}",
        "new_alias": f"#new:{server}",
    }


async def _build_media(alice: ApiClient) -> dict[str, str]:
    headers = {"Content-Type": "image/png"}
    uploaded = await alice.request("POST", "/_matrix/media/v3/upload", data=PNG, headers=headers)
    reserved = await alice.post("/_matrix/media/v1/create")
    return {
        "media": uploaded.ok()["content_uri"].rpartition("/")[2],
        "reserved_media": reserved.ok()["content_uri"].rpartition("/")[2],
    }


async def _build_account(alice: ApiClient) -> dict[str, str]:
    created = await alice.post(f"/user/{alice.user_id}/filter", {"room": {"timeline": {"limit": 5}}})
    (await alice.put(f"/user/{alice.user_id}/account_data/org.example.known", {"known": True})).ok()
    synced = await alice.get("/sync", timeout=0)
    return {"filter": created.ok()["filter_id"], "since": synced.ok()["next_batch"]}


async def _build_backups(alice: ApiClient, room_id: str) -> dict[str, str]:
    names = ("doomed_backup", "scrap_backup", "backup")
    ids = {name: (await alice.post("/room_keys/version", BACKUP)).ok()["version"] for name in names}
    path = f"/room_keys/keys/{room_id}/{PATH_IDS['sessionId']}"
    (await alice.put(path, SESSION_KEY, version=ids["backup"])).ok()
    return ids


async def _create_room(owner: ApiClient, options: Mapping[str, JsonValue]) -> str:
    return str((await owner.post("/createRoom", dict(options))).ok()["room_id"])


async def _send(sender: ApiClient, room_id: str, event_type: str, content: JsonObject) -> str:
    path = f"/rooms/{room_id}/send/{event_type}/world-{next(NUMBERS)}"
    return str((await sender.put(path, content)).ok()["event_id"])


def _join_rule(rule: str) -> JsonObject:
    return {"type": "m.room.join_rules", "state_key": "", "content": {"join_rule": rule}}
