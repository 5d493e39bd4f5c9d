"""Backups of room keys."""

import asyncio

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply

BACKUP: JsonObject = {
    "algorithm": "m.megolm_backup.v1.curve25519-aes-sha2",
    "auth_data": {"public_key": "abc", "signatures": {}},
}


def key(n: int = 0, *, verified: bool = False, forwarded: int = 0, data: str = "x") -> JsonObject:
    return {
        "first_message_index": n,
        "forwarded_count": forwarded,
        "is_verified": verified,
        "session_data": {"ciphertext": data, "ephemeral": "e", "mac": "m"},
    }


async def begin(user: ApiClient) -> str:
    return str((await user.post("/room_keys/version", BACKUP)).ok()["version"])


async def put(user: ApiClient, version: str, where: str, body: JsonObject) -> Reply:
    return await user.put(f"/room_keys/keys{where}", body, version=version)


async def get(user: ApiClient, version: str, where: str = "") -> Reply:
    return await user.get(f"/room_keys/keys{where}", version=version)


async def test_a_backup_is_made_changed_and_deleted(alice: ApiClient, bob: ApiClient) -> None:
    assert (await alice.get("/room_keys/version")).errcode == "M_NOT_FOUND"
    first, second = await begin(alice), await begin(alice)
    info = {**BACKUP, "version": second, "count": 0, "etag": "0"}
    assert (await alice.get("/room_keys/version")).ok() == info
    changed = {**BACKUP, "auth_data": {"public_key": "def"}}
    (await alice.put(f"/room_keys/version/{first}", {**changed, "version": first})).ok()
    assert (await alice.get(f"/room_keys/version/{first}")).ok()["auth_data"] == changed["auth_data"]
    for wrong in ({**BACKUP, "version": second}, {**BACKUP, "algorithm": "other"}):
        assert (await alice.put(f"/room_keys/version/{first}", wrong)).errcode == "M_INVALID_PARAM"
    assert (await bob.get(f"/room_keys/version/{first}")).errcode == "M_NOT_FOUND"
    for _ in range(2):
        (await alice.delete(f"/room_keys/version/{second}")).ok()
    assert (await alice.get("/room_keys/version")).ok()["version"] == first
    for path in (f"/room_keys/version/{second}", "/room_keys/version/99", "/room_keys/version/x"):
        assert (await alice.get(path)).errcode == "M_NOT_FOUND"
    assert (await alice.delete("/room_keys/version/99")).errcode == "M_NOT_FOUND"
    assert await begin(alice) not in (first, second), "a version is never given twice"


async def test_keys_are_stored_and_fetched_by_session_room_and_all(alice: ApiClient) -> None:
    version = await begin(alice)
    assert (await put(alice, version, "/!a/s1", key(1))).ok() == {"count": 1, "etag": "1"}
    body: JsonObject = {"sessions": {"s1": key(1), "s2": key(2)}}
    assert (await put(alice, version, "/!a", body)).ok() == {"count": 2, "etag": "2"}
    assert (await put(alice, version, "", {"rooms": {"!b": {"sessions": {"s3": key(3)}}}})).ok()["count"] == 3
    assert (await get(alice, version, "/!a/s1")).ok() == key(1)
    assert (await get(alice, version, "/!a")).ok() == body
    assert (await get(alice, version)).ok() == {"rooms": {"!a": body, "!b": {"sessions": {"s3": key(3)}}}}
    assert (await get(alice, version, "/!none")).ok() == {"sessions": {}}
    assert (await get(alice, version, "/!a/none")).errcode == "M_NOT_FOUND"
    assert (await get(alice, "99")).errcode == "M_NOT_FOUND"
    assert (await alice.get("/room_keys/keys")).errcode == "M_MISSING_PARAM"


async def test_keys_are_deleted_by_session_room_and_all(alice: ApiClient) -> None:
    version = await begin(alice)
    rooms = {room: {"sessions": {s: key() for s in ("s1", "s2")}} for room in ("!a", "!b")}
    (await put(alice, version, "", {"rooms": rooms})).ok()
    for where, left in (("/!a/s1", 3), ("/!a/s1", 3), ("/!b", 1), ("", 0)):
        reply = await alice.delete(f"/room_keys/keys{where}", version=version)
        assert reply.ok()["count"] == left
    assert (await get(alice, version)).ok() == {"rooms": {}}
    assert (await alice.get("/room_keys/version")).ok()["etag"] == "4"


@pytest.mark.parametrize(
    ("old", "new", "is_better"),
    [
        (key(1), key(0), True),
        (key(0), key(1), False),
        (key(0), key(5, verified=True), True),
        (key(5, verified=True), key(0), False),
        (key(1, forwarded=2), key(1, forwarded=1), True),
        (key(1, forwarded=1), key(1, forwarded=2), False),
        (key(1, data="old"), key(1, data="new"), False),
    ],
)
async def test_the_better_key_is_kept(
    alice: ApiClient, old: JsonObject, new: JsonObject, is_better: bool
) -> None:
    version = await begin(alice)
    before = (await put(alice, version, "/!a/s", old)).ok()
    after = (await put(alice, version, "/!a/s", new)).ok()
    assert (before["etag"] != after["etag"], after["count"]) == (is_better, 1)
    assert (await get(alice, version, "/!a/s")).ok() == (new if is_better else old)


async def test_only_the_newest_backup_takes_keys(alice: ApiClient) -> None:
    assert (await put(alice, "1", "/!a/s", key())).errcode == "M_NOT_FOUND"
    old, new = await begin(alice), await begin(alice)
    reply = await put(alice, old, "/!a/s", key())
    assert (reply.status, reply.errcode) == (403, "M_WRONG_ROOM_KEYS_VERSION")
    assert reply.json["current_version"] == new


async def test_simultaneous_writes_are_all_counted(alice: ApiClient) -> None:
    version = await begin(alice)
    await asyncio.gather(*(put(alice, version, f"/!a/s{n}", key()) for n in range(6)))
    assert (await alice.get("/room_keys/version")).ok()["count"] == 6


@pytest.mark.parametrize(
    "broken",
    [
        {"first_message_index": -1},
        {"first_message_index": 2**60},
        {"forwarded_count": "1"},
        {"is_verified": None},
        {"session_data": {"ciphertext": "x" * 70_000}},
    ],
)
async def test_malformed_keys_are_refused(alice: ApiClient, broken: JsonObject) -> None:
    version = await begin(alice)
    assert (await put(alice, version, "/!a/s", key() | broken)).status in (400, 413)
    assert (await put(alice, version, "/!a/" + "s" * 300, key())).errcode == "M_INVALID_PARAM"
    assert (await get(alice, version)).ok() == {"rooms": {}}
