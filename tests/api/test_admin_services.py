"""What administrators do: notices, reports, blocks, redacting all of a user, removing accounts, whois."""

from urllib.parse import quote

import pytest

from federation.protocol.ids import RoomId, UserId
from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_admin
from homeserver.admin.block_room import block_room, get_block, list_blocks, unblock_room
from homeserver.admin.redact_user import redact_user
from homeserver.admin.reports import delete_report, get_report, list_reports
from homeserver.admin.send_notice import send_notice
from homeserver.errors import NotFound
from homeserver.http.context import Services
from homeserver.retention.jobs import get_job
from homeserver.storage.account_removal import PARTS_OF_ACCOUNT
from homeserver.storage.db import Connection
from homeserver.storage.reports import ReportFilter, ReportKind
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, membership, room_path, send, timeline
from tests.retention.tables import tables_with_column
from tests.support.retention import finish_jobs

NOTICE = {"msgtype": "m.text", "body": "Maintenance tonight"}
NOTICES = "@notices:example.org"


async def test_notices_come_in_one_room_whose_invite_cannot_be_rejected(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    alice_id = UserId(alice.user_id)
    blocked = f"/user/{alice.user_id}/account_data/m.invite_permission_config"
    (await alice.put(blocked, {"default_action": "block"})).ok()
    await send_notice(services.admin, alice_id, NOTICE)
    synced = (await alice.get("/sync")).ok()
    [room_id] = synced["rooms"]["invite"]
    reply = await act(alice, room_id, "leave")
    assert (reply.status, reply.errcode) == (403, "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM")
    (await join(alice, room_id)).ok()
    joined = (await alice.get("/sync")).ok()["rooms"]["join"][room_id]
    tags = [e["content"] for e in joined["account_data"]["events"] if e["type"] == "m.tag"]
    assert tags == [{"tags": {"m.server_notice": {}}}]
    assert [e["content"] for e in joined["timeline"]["events"] if e["type"] == "m.room.message"] == [NOTICE]
    assert (await act(alice, room_id, "invite", bob)).errcode == "M_FORBIDDEN"
    assert (await send(alice, room_id)).errcode == "M_FORBIDDEN"
    await send_notice(services.admin, alice_id, NOTICE)
    assert len([e for e in await timeline(alice, room_id) if e["type"] == "m.room.message"]) == 2
    (await act(alice, room_id, "leave")).ok()
    await send_notice(services.admin, alice_id, NOTICE)
    assert list((await alice.get("/sync")).ok()["rooms"]["invite"]) == [room_id]
    taken = await bob.post("/register", {"auth": {"type": "m.login.dummy"}, "username": "notices"})
    assert taken.status == 400
    with pytest.raises(NotFound):
        await send_notice(services.admin, UserId("@nobody:example.org"), NOTICE)


async def test_reports_are_listed_read_and_deleted(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    event_id = (await send(alice, room_id)).ok()["event_id"]
    body = {"reason": "spam"}
    (await bob.post(room_path(room_id, f"/report/{quote(event_id)}"), {**body, "score": -50})).ok()
    (await bob.post(room_path(room_id, "/report"), body)).ok()
    (await bob.post(f"/users/{alice.user_id}/report", body)).ok()
    reports, total = await list_reports(services.admin, ReportFilter(), newest_first=False)
    assert total == 3
    assert [report.kind for report in reports] == [ReportKind.EVENT, ReportKind.ROOM, ReportKind.USER]
    of_event = reports[0]
    assert (of_event.event_id, of_event.room_id, of_event.sender) == (event_id, room_id, alice.user_id)
    assert (of_event.reporter, of_event.reason, of_event.score) == (bob.user_id, "spam", -50)
    about = ReportFilter(about=UserId(alice.user_id))
    assert {report.kind for report in (await list_reports(services.admin, about))[0]} == {"event", "user"}
    page, total = await list_reports(services.admin, ReportFilter(), limit=1, offset=1)
    assert (len(page), total) == (1, 3)
    await delete_report(services.admin, of_event.report_id)
    with pytest.raises(NotFound):
        await get_report(services.admin, of_event.report_id)
    with pytest.raises(NotFound):
        await delete_report(services.admin, of_event.report_id)


async def test_a_blocked_room_lets_nobody_in(alice: ApiClient, bob: ApiClient, services: Services) -> None:
    room_id = await create(alice, preset="public_chat")
    await block_room(services.admin, RoomId(room_id), UserId(alice.user_id))
    assert (await join(bob, room_id)).errcode == "M_FORBIDDEN"
    assert (await bob.post(f"/knock/{quote(room_id)}")).errcode == "M_FORBIDDEN"
    block = await get_block(services.admin, RoomId(room_id))
    assert block is not None
    assert block.blocked_by == alice.user_id
    assert [b.room_id for b in await list_blocks(services.admin)] == [room_id]
    await unblock_room(services.admin, RoomId(room_id))
    (await join(bob, room_id)).ok()


async def test_all_that_a_user_sent_is_redacted(alice: ApiClient, bob: ApiClient, services: Services) -> None:
    rooms = [await create(alice, preset="public_chat") for _ in range(2)]
    for room_id in rooms:
        (await join(bob, room_id)).ok()
        for _ in range(2):
            (await send(bob, room_id)).ok()
        (await send(alice, room_id)).ok()
    (await act(alice, rooms[1], "kick", bob)).ok()
    job_id = await redact_user(
        services.admin, UserId(alice.user_id), UserId(bob.user_id), reason="spam", limit=10
    )
    await finish_jobs(services.retention)
    job = await get_job(services.rooms, job_id)
    assert (job.status, job.progress["redacted"], job.progress["failed"]) == ("complete", 4, {})
    for room_id in rooms:
        events = await timeline(alice, room_id)
        messages = [e for e in events if e["type"] == "m.room.message"]
        assert [e["content"] for e in messages if e["sender"] == bob.user_id] == [{}, {}]
        assert [e["content"] != {} for e in messages if e["sender"] == alice.user_id] == [True]
        assert await membership(alice, room_id, bob) == ("join" if room_id == rooms[0] else "leave")


async def test_a_closed_account_leaves_nothing_but_its_name_and_words(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(bob, preset="public_chat")
    (await join(alice, room_id)).ok()
    event_id = (await send(alice, room_id)).ok()["event_id"]
    (await alice.put(f"/user/{alice.user_id}/account_data/a.b", {"x": 1})).ok()
    (await alice.post(f"/user/{alice.user_id}/filter", {"room": {}})).ok()
    (await alice.put("/pushrules/global/room/!a", {"actions": ["notify"]})).ok()
    (await alice.post(room_path(room_id, f"/receipt/m.read/{quote(event_id)}"))).ok()
    backup = {"algorithm": "m.megolm_backup.v1", "auth_data": {}}
    (await alice.post("/room_keys/version", backup)).ok()
    (await alice.post(f"/user/{alice.user_id}/openid/request_token")).ok()
    other = await create(bob, invite=[alice.user_id])
    user_nid = (await find_account(services.accounts, "alice")).user_nid
    async with services.db.acquire() as conn:
        assert {"account_data", "filters", "receipts", "key_backups"} <= await kept_of(conn, user_nid)
    (await alice.post("/account/deactivate", {"auth": alice.password_auth(), "erase": True})).ok()
    while "account_work" in (kept := await kept_now(services, user_nid)):
        continue
    kept.discard("directory_users")  # which follows by itself
    assert kept == {"users", "accounts", "memberships", "member_events", "device_list_changes"}
    assert await membership(bob, room_id, alice) == "leave"
    assert await membership(bob, other, alice) == "leave"


async def kept_now(services: Services, user_nid: int) -> set[str]:
    async with services.db.acquire() as conn:
        return await kept_of(conn, user_nid)


async def kept_of(conn: Connection, user_nid: int) -> set[str]:
    """Return the tables with rows of a user."""
    return {
        table
        for table in await tables_with_column(conn, "user_nid")
        if await conn.fetchval(f"SELECT EXISTS (SELECT FROM {table} WHERE user_nid = $1)", user_nid)
    }


async def test_no_table_with_users_is_forgotten(alice: ApiClient, services: Services) -> None:
    """Tables that refer to accounts or devices with ON DELETE CASCADE count only where these go."""
    dealt_with = " ".join(PARTS_OF_ACCOUNT)
    kept = {
        "users", "accounts", "memberships", "member_events", "device_list_changes", "reports", "media",
        "account_work", "out_of_band_memberships", "profile_fields", "devices", "sessions",
        "remote_device_lists", "remote_devices", "threepid_binds", "sso_arrivals", "appservice_users",
        "appservice_targets", "directory_users", "dehydrated_devices",
    }  # fmt: skip
    async with services.db.acquire() as conn:
        tables = set(await tables_with_column(conn, "user_nid"))
    assert sorted(t for t in tables - kept if f"FROM {t} " not in dealt_with) == []


async def test_whois_is_for_admins_and_oneself(alice: ApiClient, bob: ApiClient, services: Services) -> None:
    path = f"/admin/whois/{alice.user_id}"
    (await alice.request("GET", "/account/whoami", headers={"User-Agent": "Test/1.0"})).ok()
    assert (await bob.get(path)).errcode == "M_FORBIDDEN"
    [session] = (await alice.get(path)).ok()["devices"][alice.device_id]["sessions"]
    [connection] = session["connections"]
    assert connection["ip"] == "127.0.0.1"
    assert connection["last_seen"] > 0
    await set_admin(services.accounts, (await find_account(services.accounts, "bob")).user_nid, True)
    assert (await bob.get(path)).ok()["user_id"] == alice.user_id
    assert (await bob.get("/admin/whois/@nobody:example.org")).errcode == "M_NOT_FOUND"
