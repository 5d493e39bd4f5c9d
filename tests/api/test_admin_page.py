"""What only the admin page asks for: figures, checks, work, configuration, default rooms, files, reports."""

from datetime import timedelta

import pytest

from federation.protocol.ids import ServerName
from homeserver.admin.default_rooms import JOIN_DEFAULT_ROOMS
from homeserver.app import RunningServer
from homeserver.http.context import Services
from homeserver.storage.admin_destinations import count_waiting
from homeserver.storage.destinations import FailingRow, upsert_failing
from homeserver.storage.jobs import select_jobs_of
from homeserver.storage.server_contacts import Contact, upsert_contacts
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, room_path, send
from tests.support.fake_clock import FakeClock
from tests.support.retention import finish_jobs

HERE = "/_parlour/admin/v1"
SECRETS = {
    "registration": {"mode": "open", "shared_secret": "sesame-1"},
    "smtp": {"host": "mail.invalid", "sender": "a@example.org", "username": "u", "password": "sesame-2"},
    "turn": {"uris": ["turn:turn.example.org"], "shared_secret": "sesame-3"},
    "oidc": {
        "providers": [
            {
                "id": "x",
                "name": "X",
                "issuer": "https://x.invalid",
                "client_id": "c",
                "client_secret": "sesame-4",
            }
        ]
    },
}
WITH_LOBBY = {"mode": "open", "guests": True, "auto_join_rooms": ["#lobby:example.org"]}


async def test_overview_counts_messages_people_and_space(
    admin: ApiClient, bob: ApiClient, services: Services, clock: FakeClock
) -> None:
    since = (await bob.get("/sync")).ok()["next_batch"]
    room_id = await create(bob)
    services.admin.figures.take()
    for _ in range(3):
        (await send(bob, room_id)).ok()
    (await bob.get("/sync", since=since, timeout=0)).ok()
    clock.advance(10_000)
    services.admin.figures.take()
    seen = (await admin.get(f"{HERE}/overview")).ok()
    last = seen["history"][-1]
    assert last["messages_per_s"] == pytest.approx(0.3)
    assert last["online"] == 1
    assert last["memory_bytes"] > 1_000_000
    assert seen["space"]["database_bytes"] > 1_000_000
    assert [worker["online"] for worker in seen["workers"]] == [1]
    assert seen["server_name"] == "example.org"


async def test_checks_say_what_is_wrong_and_what_to_do(admin: ApiClient) -> None:
    found = {check["check"]: check for check in (await admin.get(f"{HERE}/checks")).ok()["checks"]}
    assert found["name"]["result"] == "ok"
    assert found["mail"]["finding"] == "mail_off"
    assert found["registration"] | {"values": {}} == {
        "check": "registration",
        "finding": "registration_open",
        "result": "warn",
        "words": "Everybody, robots too, can make an account.",
        "advice": found["registration"]["advice"],
        "values": {},
    }
    assert found["address"]["result"] == "fail"
    assert "https://matrix.example.org" in found["address"]["words"]


@pytest.mark.parametrize("overrides", [{"server_name": "localhost", "public_baseurl": None}])
async def test_checks_of_a_server_for_oneself_find_nothing_that_fails(admin: ApiClient) -> None:
    checks = (await admin.get(f"{HERE}/checks")).ok()["checks"]
    assert {check["finding"] for check in checks} == {
        "name_local", "address_unset", "federation_local", "mail_off", "registration_open",
    }  # fmt: skip


@pytest.mark.parametrize("overrides", [SECRETS])
async def test_configuration_has_every_key_and_no_secret(admin: ApiClient) -> None:
    reply = await admin.get(f"{HERE}/configuration")
    found = {setting["key"]: setting for setting in reply.ok()["settings"]}
    assert b"sesame" not in reply.body
    assert found["server_name"]["value"] == '"example.org"'
    secret = found["registration.shared_secret"]
    assert (secret["value"], secret["is_set"], secret["is_secret"]) == (None, True, True)
    assert found["registration.mode"]["is_default"] is False
    assert found["federation.verify_tls"]["is_default"] is True
    assert (found["database_url"]["value"], found["database_url"]["is_set"]) == (None, True)


async def test_test_mail_is_refused_where_no_mail_server_is_set(admin: ApiClient) -> None:
    reply = await admin.post(f"{HERE}/mail/test", {"address": "a@example.org"})
    assert (reply.status, reply.errcode) == (400, "M_THREEPID_MEDIUM_NOT_SUPPORTED")


async def test_new_users_are_joined_to_the_default_rooms(
    admin: ApiClient, client: ApiClient, services: Services
) -> None:
    lobby = await create(admin, preset="public_chat", room_alias_name="lobby", name="Lobby")
    private = await create(admin)
    reply = await admin.put(f"{HERE}/default_rooms", {"rooms": ["#lobby:example.org", private]})
    [first, second] = reply.ok()["rooms"]
    assert (first["room_id"], first["name"], first["problem"]) == (lobby, "Lobby", None)
    assert second["problem"] == "not_public"
    dora = await client.register("dora")
    await finish_jobs(services.retention)
    assert (await dora.get("/joined_rooms")).ok()["joined_rooms"] == [lobby]
    work = (await admin.get(f"{HERE}/work")).ok()["work"]
    assert work == []
    assert (await admin.put(f"{HERE}/default_rooms", {"rooms": ["lobby"]})).errcode == "M_INVALID_PARAM"


@pytest.mark.parametrize("overrides", [{"registration": WITH_LOBBY}])
async def test_configured_default_rooms_are_for_people_and_not_for_guests(
    admin: ApiClient, client: ApiClient, services: Services
) -> None:
    lobby = await create(admin, preset="public_chat", room_alias_name="lobby")
    [room] = (await admin.get(f"{HERE}/default_rooms")).ok()["rooms"]
    assert (room["room_id"], room["configured"]) == (lobby, True)
    await finish_jobs(services.retention)
    guest = client.logged_in((await client.post("/register", {}, kind="guest")).ok())
    async with services.db.acquire() as conn:
        assert await select_jobs_of(conn, guest.user_id, JOIN_DEFAULT_ROOMS) == []
    dora = await client.register("dora")
    await finish_jobs(services.retention)
    assert (await dora.get("/joined_rooms")).ok()["joined_rooms"] == [lobby]


async def test_work_in_the_background_tells_how_far_it_is(
    admin: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(bob)
    for _ in range(4):
        event_id = (await send(bob, room_id)).ok()["event_id"]
    purge = f"/_synapse/admin/v1/purge_history/{room_id}/{event_id}"
    (await admin.post(purge, {"delete_local_events": True})).ok()
    await finish_jobs(services.retention)
    [job] = (await admin.get(f"{HERE}/work")).ok()["work"]
    assert (job["kind"], job["subject"], job["status"]) == ("purge_history", room_id, "complete")
    assert (job["done"], job["total"]) == (3, 3)


async def test_rooms_that_were_deleted_keep_their_name_in_the_list_of_work(
    admin: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(bob, name="Den")
    (await admin.delete(f"/_synapse/admin/v2/rooms/{room_id}", {"purge": True, "force_purge": True})).ok()
    await finish_jobs(services.retention)
    [job] = (await admin.get(f"{HERE}/work")).ok()["work"]
    assert (job["name"], job["subject"], job["status"]) == ("Den", room_id, "complete")


async def test_retention_runs_when_it_is_asked_for_and_once_at_a_time(
    admin: ApiClient, services: Services, clock: FakeClock
) -> None:
    uploaded = await admin.request("POST", "/_matrix/media/v3/upload", data=b"x" * 100)
    assert uploaded.status == 200
    asked = (await admin.post(f"{HERE}/retention/run")).ok()["job_id"]
    assert asked is not None
    await finish_jobs(services.retention)
    [job] = (await admin.get(f"{HERE}/work")).ok()["work"]
    assert (job["job_id"], job["status"], job["done"], job["total"]) == (asked, "complete", 3, 3)


async def test_media_are_listed_by_size_and_counted(admin: ApiClient, bob: ApiClient) -> None:
    for size in (10, 3_000, 200):
        (await bob.request("POST", "/_matrix/media/v3/upload", data=bytes([size % 251]) * size)).ok()
    listed = (await admin.get(f"{HERE}/media", order_by="size")).ok()
    assert [file["size_bytes"] for file in listed["media"]] == [3_000, 200, 10]
    assert (listed["total"], listed["media"][0]["user_id"]) == (3, bob.user_id)
    largest = listed["media"][0]["media_id"]
    (await admin.post(f"/_synapse/admin/v1/media/quarantine/example.org/{largest}")).ok()
    quarantined = (await admin.get(f"{HERE}/media", quarantined="true")).ok()["media"]
    assert [file["media_id"] for file in quarantined] == [largest]
    assert (await admin.get(f"{HERE}/media", local="false")).ok()["media"] == []
    space = (await admin.get(f"{HERE}/media/space")).ok()
    assert space["media"]["local"] == {"files": 3, "bytes": 3_210}
    assert space["media"]["quarantined_files"] == 1
    assert space["remote_media_kept_ms"] == timedelta(days=90) // timedelta(milliseconds=1)
    assert (await admin.get(f"{HERE}/media", order_by="colour")).errcode == "M_INVALID_PARAM"


async def test_reported_rooms_are_listed_and_settled(admin: ApiClient, bob: ApiClient) -> None:
    room_id = await create(admin, preset="public_chat", name="Den")
    (await join(bob, room_id)).ok()
    (await bob.post(room_path(room_id, "/report"), {"reason": "spam"})).ok()
    [report] = (await admin.get(f"{HERE}/room_reports")).ok()["room_reports"]
    assert (report["room_id"], report["reason"], report["name"]) == (room_id, "spam", "Den")
    (await admin.delete(f"{HERE}/room_reports/{report['id']}")).ok()
    assert (await admin.get(f"{HERE}/room_reports")).ok()["room_reports"] == []


async def test_servers_that_fail_come_first_with_why_and_when(
    admin: ApiClient, services: Services, clock: FakeClock
) -> None:
    now_ms = clock.now_ms()
    async with services.db.acquire() as conn:
        await upsert_contacts(conn, [Contact(ServerName("fine.example"), now_ms, 12.34)])
        await upsert_contacts(conn, [Contact(ServerName("fine.example"), now_ms - 5, 99.0)])
        failing = FailingRow(ServerName("bad.example"), now_ms - 9_000, now_ms + 9_000, 18_000)
        await upsert_failing(conn, failing, "it took too long")
        assert await count_waiting(conn, services.server_name, failing.server, 0) == 0
    listed = (await admin.get(f"{HERE}/federation/destinations")).ok()
    assert [server["server"] for server in listed["destinations"]] == ["bad.example", "fine.example"]
    [bad, fine] = listed["destinations"]
    assert (bad["failure"], bad["retry_at_ms"]) == ("it took too long", now_ms + 9_000)
    assert (fine["round_trip_ms"], fine["last_answer_ms"]) == (12.3, now_ms)
    troubled = (await admin.get(f"{HERE}/federation/destinations", troubled="true")).ok()
    assert [server["server"] for server in troubled["destinations"]] == ["bad.example"]


async def test_check_of_a_server_that_cannot_be_found_says_so_step_by_step(admin: ApiClient) -> None:
    checked = (await admin.get(f"{HERE}/federation/check/127.0.0.1:1")).ok()
    assert [step["step"] for step in checked["steps"]] == ["discovery", "addresses"]
    assert checked["steps"][-1]["works"] is False
    assert checked["steps"][-1]["took_ms"] >= 0
    assert (await admin.get(f"{HERE}/federation/check/not%20a%20name")).status == 400


async def test_figures_of_other_workers_are_added(server: RunningServer) -> None:
    figures = server.services.admin.figures
    before = figures.take()
    body = {
        "delays": [0.004, 0.006, 0.008],
        "online": 5,
        "memory": 1_000,
        "work": [["partial_join", "!a", 3, 9, 0]],
    }
    figures.heard("another", body)
    after = figures.take()
    assert after.online == before.online + 5
    assert after.delivery_ms == pytest.approx(6)
    assert list(figures.workers) == [next(iter(figures.workers)), "another"]
