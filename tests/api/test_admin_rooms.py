"""Rooms and files, as server admins see and delete them."""

import asyncio

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send

V1 = "/_synapse/admin/v1"
V2 = "/_synapse/admin/v2"


async def test_rooms_are_listed_searched_and_described(
    admin: ApiClient, alice: ApiClient, bob: ApiClient
) -> None:
    small = await create(alice, name="Ants")
    large = await create(alice, name="Bees", preset="public_chat", visibility="public")
    (await join(bob, large)).ok()
    body = (await admin.get(f"{V1}/rooms")).ok()
    assert [room["room_id"] for room in body["rooms"]] == [small, large]
    assert body["total_rooms"] == 2
    by_size = (await admin.get(f"{V1}/rooms", order_by="joined_members", limit=1)).ok()
    assert [room["name"] for room in by_size["rooms"]] == ["Bees"]
    assert by_size["next_batch"] == 1
    assert [room["name"] for room in (await admin.get(f"{V1}/rooms", search_term="bee")).ok()["rooms"]] == [
        "Bees"
    ]
    assert (await admin.get(f"{V1}/rooms", public_rooms="false")).ok()["total_rooms"] == 1
    described = (await admin.get(f"{V1}/rooms/{large}")).ok()
    assert described["creator"] == alice.user_id
    assert (described["joined_local_members"], described["joined_local_devices"]) == (2, 2)
    assert (described["public"], described["join_rules"], described["forgotten"]) == (True, "public", False)
    members = (await admin.get(f"{V1}/rooms/{large}/members")).ok()
    assert sorted(members["members"]) == [alice.user_id, bob.user_id]
    assert (await admin.get(f"{V1}/rooms/!nowhere:example.org")).status == 404


async def test_admin_reads_what_is_hidden_from_strangers(admin: ApiClient, alice: ApiClient) -> None:
    room_id = await create(alice, preset="private_chat")
    event_id = (await send(alice, room_id, {"msgtype": "m.text", "body": "secret"})).ok()["event_id"]
    assert (await admin.get(f"/rooms/{room_id}/messages", dir="b")).status == 403
    page = (await admin.get(f"{V1}/rooms/{room_id}/messages", dir="b", limit=1)).ok()
    assert [event["content"]["body"] for event in page["chunk"]] == ["secret"]
    around = (await admin.get(f"{V1}/rooms/{room_id}/context/{event_id}")).ok()
    assert around["event"]["event_id"] == event_id
    assert (await admin.get(f"{V1}/fetch_event/{event_id}")).ok()["event"]["content"]["body"] == "secret"
    state = (await admin.get(f"{V1}/rooms/{room_id}/state", type="m.room.member")).ok()["state"]
    assert [event["state_key"] for event in state] == [alice.user_id]
    assert (await admin.get(f"{V1}/rooms/{room_id}/forward_extremities")).ok()["count"] == 1


async def test_admin_is_given_power_and_puts_users_into_rooms(
    admin: ApiClient, alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create(alice, preset="private_chat")
    assert (await admin.post(f"{V1}/rooms/{room_id}/make_room_admin")).status == 200
    (await join(admin, room_id)).ok()
    levels = (await admin.get(f"/rooms/{room_id}/state/m.room.power_levels")).ok()
    assert levels["users"][admin.user_id] == 100
    assert (await admin.post(f"{V1}/join/{room_id}", {"user_id": bob.user_id})).ok() == {"room_id": room_id}
    assert (await bob.get("/joined_rooms")).ok()["joined_rooms"] == [room_id]


async def test_room_is_deleted_and_blocked(admin: ApiClient, alice: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    delete_id = (await admin.delete(f"{V2}/rooms/{room_id}", {"block": True})).ok()["delete_id"]
    status = await finished(admin, f"{V2}/rooms/delete_status/{delete_id}")
    assert (status["status"], status["shutdown_room"]["kicked_users"]) == ("complete", [alice.user_id])
    assert (await alice.get("/joined_rooms")).ok()["joined_rooms"] == []
    assert (await admin.get(f"{V1}/rooms/{room_id}")).status == 404
    assert (await admin.get(f"{V2}/rooms/{room_id}/delete_status")).ok()["results"][0][
        "delete_id"
    ] == delete_id
    assert (await admin.get(f"{V1}/rooms/{room_id}/block")).ok() == {"block": True, "user_id": admin.user_id}
    assert (await admin.put(f"{V1}/rooms/{room_id}/block", {"block": False})).ok() == {"block": False}


async def test_history_is_purged_up_to_an_event(admin: ApiClient, alice: ApiClient) -> None:
    room_id = await create(alice)
    events = [
        (await send(alice, room_id, {"msgtype": "m.text", "body": str(n)})).ok()["event_id"] for n in range(3)
    ]
    body = {"purge_up_to_event_id": events[2], "delete_local_events": True}
    purge_id = (await admin.post(f"{V1}/purge_history/{room_id}", body)).ok()["purge_id"]
    assert (await finished(admin, f"{V1}/purge_history_status/{purge_id}"))["status"] == "complete"
    found = [(await admin.get(f"{V1}/fetch_event/{event_id}")).status for event_id in events]
    assert found[::2] == [404, 200]


async def test_files_are_listed_quarantined_and_deleted(admin: ApiClient, alice: ApiClient) -> None:
    uri = (
        await alice.request(
            "POST", "/_matrix/media/v3/upload", data=b"bytes", headers={"Content-Type": "text/plain"}
        )
    ).ok()["content_uri"]
    origin, media_id = uri.removeprefix("mxc://").split("/")
    room_id = await create(alice)
    await send(alice, room_id, {"msgtype": "m.file", "body": "f", "url": uri})
    listed = (await admin.get(f"{V1}/users/{alice.user_id}/media")).ok()
    assert (listed["total"], listed["media"][0]["media_id"]) == (1, media_id)
    assert (await admin.get(f"{V1}/room/{room_id}/media")).ok() == {"local": [uri], "remote": []}
    used = (await admin.get(f"{V1}/statistics/users/media")).ok()["users"]
    assert [(each["user_id"], each["media_length"]) for each in used] == [(alice.user_id, 5)]
    download = f"/_matrix/client/v1/media/download/{origin}/{media_id}"
    assert (await admin.post(f"{V1}/room/{room_id}/media/quarantine")).ok() == {"num_quarantined": 1}
    assert (await alice.get(download)).status == 404
    assert (await admin.get(f"{V1}/media/{origin}/{media_id}")).ok()["media_info"]["quarantined_by"]
    assert (await admin.post(f"{V1}/media/unquarantine/{origin}/{media_id}")).status == 200
    assert (await alice.get(download)).status == 200
    assert (await admin.delete(f"{V1}/media/{origin}/{media_id}")).ok()["total"] == 1
    assert (await alice.get(download)).status == 404
    assert (await admin.post(f"{V1}/purge_media_cache", before_ts=1_600_000_000)).errcode == "M_INVALID_PARAM"


async def finished(admin: ApiClient, path: str) -> JsonObject:
    """Wait until a job in the background has ended, and return its status."""
    async with asyncio.timeout(60):
        while (status := (await admin.get(path)).ok())["status"] in ("scheduled", "active"):
            await asyncio.sleep(0.05)
    return status
