from homeserver.http.context import Services
from homeserver.storage.positions import Stream, select_log
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock


async def test_devices_are_listed_with_when_and_where_they_were_seen(
    client: ApiClient, alice: ApiClient, clock: FakeClock
) -> None:
    phone = await client.log_in("alice", device_id="PHONE", initial_device_display_name="Phone")
    clock.advance(5000)
    assert (await phone.whoami()).status == 200
    devices = (await alice.get("/devices")).ok()["devices"]
    assert [device["device_id"] for device in devices] == [alice.device_id, "PHONE"]
    seen = {"last_seen_ts": clock.now_ms(), "last_seen_ip": "127.0.0.1"}
    assert devices[1] == {"device_id": "PHONE", "display_name": "Phone", **seen}
    assert (await alice.get("/devices/PHONE")).ok() == devices[1]


async def test_last_seen_is_written_in_batches_and_at_most_once_a_minute(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    last_seen = services.accounts.last_seen

    async def stored() -> int | None:
        async with services.db.acquire() as conn:
            ts: int | None = await conn.fetchval("SELECT last_seen_ts FROM devices")
            return ts

    await alice.whoami()
    assert await stored() is None
    await last_seen.write()
    first = clock.now_ms()
    assert await stored() == first
    clock.advance(59_000)
    await alice.whoami()
    await last_seen.write()
    assert await stored() == first
    clock.advance(1000)
    await alice.whoami()
    await last_seen.write()
    assert await stored() == clock.now_ms()


async def test_device_can_be_renamed_by_its_owner_only(alice: ApiClient, bob: ApiClient) -> None:
    path = f"/devices/{alice.device_id}"
    assert (await alice.put(path, {"display_name": "Laptop"})).ok() == {}
    assert (await alice.put(path, {})).ok() == {}
    assert (await alice.get(path)).ok()["display_name"] == "Laptop"
    assert (await bob.put(path, {"display_name": "mine"})).errcode == "M_NOT_FOUND"
    assert (await bob.get(path)).errcode == "M_NOT_FOUND"
    assert (await alice.put(path, {"display_name": "x" * 256})).errcode == "M_INVALID_PARAM"
    assert (await alice.put(path, {"display_name": 7})).errcode == "M_BAD_JSON"
    assert (await alice.get("/devices/NOSUCH")).errcode == "M_NOT_FOUND"


async def test_devices_of_others_cannot_be_deleted(alice: ApiClient, bob: ApiClient) -> None:
    body = {"devices": [alice.device_id, "NOSUCH"], "auth": bob.password_auth()}
    assert (await bob.post("/delete_devices", body)).ok() == {}
    assert (await alice.whoami()).status == 200


async def test_several_devices_are_deleted_at_once(client: ApiClient, alice: ApiClient) -> None:
    others = [await client.log_in("alice") for _ in range(2)]
    body = {"devices": [other.device_id for other in others], "auth": alice.password_auth()}
    assert (await alice.post("/delete_devices", body)).ok() == {}
    assert [(await other.whoami()).status for other in others] == [401, 401]
    assert (await alice.post("/delete_devices", {"devices": "x"})).errcode == "M_BAD_JSON"
    too_many = {"devices": ["x"] * 1001}
    assert (await alice.post("/delete_devices", too_many)).errcode == "M_BAD_JSON"


async def test_new_renamed_and_deleted_devices_change_the_device_list(
    client: ApiClient, alice: ApiClient, services: Services
) -> None:
    async def changes() -> int:
        async with services.db.acquire() as conn:
            touched = [
                entry.position
                for entry in await select_log(conn, 0, 100)
                if entry.kinds & Stream.DEVICE_LISTS
            ]
            newest = await conn.fetchval("SELECT position FROM device_list_changes")
        assert touched[-1] == newest
        return len(touched)

    assert await changes() == 1
    phone = await client.log_in("alice")
    assert await changes() == 2
    await client.log_in("alice", device_id=phone.device_id)
    assert await changes() == 2
    await alice.put(f"/devices/{phone.device_id}", {"display_name": "Phone"})
    assert await changes() == 3
    await alice.delete(f"/devices/{phone.device_id}", {"auth": alice.password_auth()})
    assert await changes() == 4
