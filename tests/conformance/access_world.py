"""A server with something to hide, and everybody who may ask for it.

The room of Quentin is for the invited alone, and its history for those who were members. What nobody else may
see is put into words that occur nowhere else, by what they are about.
"""

from dataclasses import dataclass
from typing import Final

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_admin, set_locked, set_suspended
from homeserver.http.context import Services
from homeserver.json_types import JsonObject, JsonValue
from homeserver.storage import threepids
from tests.api.client import ApiClient
from tests.api.key_support import device_keys
from tests.api.room_calls import act, create, join, send, set_state
from tests.support.pictures import PNG

CALLERS: Final = (
    "anonymous",
    "guest",
    "stranger",
    "invited",
    "member",
    "former",
    "banned",
    "admin",
    "suspended",
    "locked",
    "deactivated",
)
"""The columns of access.csv, in their order."""

SECRETS: Final = {
    "name": "hidden-room-name",
    "early": "hidden-early-message",
    "later": "hidden-later-",
    "people": "@quentin:",
    "device": "HIDDENDEVICE",
    "mail": "quentin@hidden.test",
    "data": "hidden-account-data",
}
"""What an answer may give away -> the text that does so. `later` was said after some had left."""
BACKUP: Final[JsonObject] = {
    "algorithm": "m.megolm_backup.v1.curve25519-aes-sha2",
    "auth_data": {"public_key": SECRETS["data"], "signatures": {}},
}


@dataclass(frozen=True)
class AccessWorld:
    """`callers` by their column; `ids` maps the names in access.csv to values on the server."""

    quentin: ApiClient
    callers: dict[str, ApiClient]
    ids: dict[str, str]

    def fill(self, text: str) -> str:
        """Return the text with each `<name>` replaced by the id of that name."""
        for name, known in self.ids.items():
            text = text.replace(f"<{name}>", known)
        return text


async def build_access_world(anonymous: ApiClient, services: Services) -> AccessWorld:
    """Make the room, its owner, and the callers."""
    quentin = await anonymous.register("quentin", device_id=SECRETS["device"])
    callers = {name: await anonymous.register(name) for name in CALLERS if name not in ("anonymous", "guest")}
    callers["anonymous"] = anonymous
    callers["guest"] = anonymous.logged_in((await anonymous.post("/register", {}, kind="guest")).ok())
    server = quentin.user_id.partition(":")[2]
    ids = {"quentin": quentin.user_id, "device": quentin.device_id, "server": server}
    ids |= {f"{name}_user": callers[name].user_id for name in CALLERS if name != "anonymous"}
    ids |= await _build_room(quentin, callers)
    ids |= await _build_account(quentin, services, ids["room"])
    await _restrict(callers, services)
    return AccessWorld(quentin, callers, ids)


async def _build_room(quentin: ApiClient, callers: dict[str, ApiClient]) -> dict[str, str]:
    members = [callers[name] for name in CALLERS[4:] if name != "admin"]
    invited: list[JsonValue] = [each.user_id for each in (*members, callers["invited"])]
    options: JsonObject = {"preset": "private_chat", "room_alias_name": "hideout", "name": SECRETS["name"]}
    room_id = await create(quentin, **options, invite=invited)
    (await set_state(quentin, room_id, "m.room.history_visibility", {"history_visibility": "joined"})).ok()
    (await set_state(quentin, room_id, "m.room.guest_access", {"guest_access": "forbidden"})).ok()
    for member in members:
        (await join(member, room_id)).ok()
    early = (await send(quentin, room_id, {"msgtype": "m.text", "body": SECRETS["early"]})).ok()["event_id"]
    (await act(callers["former"], room_id, "leave")).ok()
    (await act(quentin, room_id, "ban", callers["banned"])).ok()
    thread = {"rel_type": "m.thread", "event_id": early}
    (await set_state(quentin, room_id, "m.room.topic", {"topic": SECRETS["later"]})).ok()
    content: JsonObject = {"msgtype": "m.text", "body": SECRETS["later"], "m.relates_to": thread}
    later = (await send(quentin, room_id, content)).ok()["event_id"]
    return {"room": room_id, "early": early, "later": later}


async def _build_account(quentin: ApiClient, services: Services, room_id: str) -> dict[str, str]:
    data = {"body": SECRETS["data"]}
    here = f"/user/{quentin.user_id}"
    (await quentin.put(f"{here}/account_data/org.example.known", data)).ok()
    (await quentin.put(f"{here}/rooms/{room_id}/account_data/org.example.known", data)).ok()
    (await quentin.post("/keys/upload", {"device_keys": device_keys(quentin)})).ok()
    content = {"room": {"timeline": {"types": [SECRETS["data"]]}}}
    filter_id = (await quentin.post(f"{here}/filter", content)).ok()["filter_id"]
    version = (await quentin.post("/room_keys/version", BACKUP)).ok()["version"]
    account = await find_account(services.accounts, quentin.user_id)
    async with services.db.transaction() as conn:
        address = threepids.Threepid("email", SECRETS["mail"], 1, 1)
        assert await threepids.insert_threepid(conn, account.user_nid, address)
    headers = {"Content-Type": "image/png"}
    uploaded = await quentin.request("POST", "/_matrix/media/v3/upload", data=PNG, headers=headers)
    reserved = await quentin.post("/_matrix/media/v1/create")
    delayed = await quentin.put(
        f"/rooms/{room_id}/send/m.room.message/delayed", data, **{"org.matrix.msc4140.delay": 3_600_000}
    )
    return {
        "filter": filter_id,
        "version": version,
        "media": uploaded.ok()["content_uri"].rpartition("/")[2],
        "reserved_media": reserved.ok()["content_uri"].rpartition("/")[2],
        "delayed": delayed.ok()["delay_id"],
    }


async def _restrict(callers: dict[str, ApiClient], services: Services) -> None:
    """Give the admin the right, and take from others what their columns say."""
    accounts = services.accounts
    numbers = {}
    for name in ("admin", "suspended", "locked"):
        numbers[name] = await services.rooms.names.intern_user(callers[name].user_id)  # type: ignore[arg-type]
    await set_admin(accounts, numbers["admin"], True)
    await set_suspended(accounts, numbers["suspended"], True)
    await set_locked(accounts, numbers["locked"], True)
    deactivated = callers["deactivated"]
    (await deactivated.post("/account/deactivate", {"auth": deactivated.password_auth()})).ok()
