"""Reports, notices, and taking back what somebody has sent, as server admins do it over HTTP."""

import asyncio
from urllib.parse import quote

from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send

V1 = "/_synapse/admin/v1"


async def test_reports_are_listed_read_and_settled(
    admin: ApiClient, alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create(alice, name="Ants", preset="public_chat")
    (await join(bob, room_id)).ok()
    event_id = (await send(alice, room_id, {"msgtype": "m.text", "body": "spam"})).ok()["event_id"]
    path = f"/rooms/{room_id}/report/{quote(event_id)}"
    (await bob.post(path, {"reason": "rude", "score": -50})).ok()
    (await bob.post(f"/users/{alice.user_id}/report", {"reason": "always"})).ok()
    body = (await admin.get(f"{V1}/event_reports", user_id=bob.user_id)).ok()
    [report] = body["event_reports"]
    assert (report["event_id"], report["sender"], report["name"]) == (event_id, alice.user_id, "Ants")
    assert body["total"] == 1
    assert (await admin.get(f"{V1}/event_reports", user_id=alice.user_id)).ok()["total"] == 0
    detail = (await admin.get(f"{V1}/event_reports/{report['id']}")).ok()
    assert detail["event_json"]["content"]["body"] == "spam"
    [of_user] = (await admin.get(f"{V1}/user_reports")).ok()["user_reports"]
    assert (of_user["target_user_id"], of_user["reason"]) == (alice.user_id, "always")
    assert (await admin.get(f"{V1}/event_reports/{of_user['id']}")).status == 404
    assert (await admin.delete(f"{V1}/event_reports/{report['id']}")).status == 200
    assert (await admin.get(f"{V1}/event_reports/{report['id']}")).status == 404
    assert (await admin.get(f"{V1}/event_reports/x")).errcode == "M_INVALID_PARAM"


async def test_notice_is_told_in_a_room_of_its_own(admin: ApiClient, alice: ApiClient) -> None:
    content = {"msgtype": "m.text", "body": "The server moves tonight"}
    reply = await admin.post(f"{V1}/send_server_notice", {"user_id": alice.user_id, "content": content})
    event_id = reply.ok()["event_id"]
    rooms = (await alice.get("/sync", timeout=0)).ok()["rooms"]
    [room_id] = list({**rooms["join"], **rooms["invite"]})
    shown = (await admin.get(f"{V1}/rooms/{room_id}/messages", dir="b", limit=1)).ok()["chunk"]
    assert [event["event_id"] for event in shown] == [event_id]
    nobody = {"user_id": "@nobody:example.org", "content": content}
    assert (await admin.post(f"{V1}/send_server_notice", nobody)).status == 404


async def test_all_that_somebody_sent_is_redacted(admin: ApiClient, alice: ApiClient) -> None:
    room_id = await create(alice)
    sent = (await send(alice, room_id, {"msgtype": "m.text", "body": "spam"})).ok()["event_id"]
    redact_id = (await admin.post(f"{V1}/user/{alice.user_id}/redact", {"rooms": []})).ok()["redact_id"]
    async with asyncio.timeout(60):
        while (status := (await admin.get(f"{V1}/user/redact_status/{redact_id}")).ok())[
            "status"
        ] != "complete":
            await asyncio.sleep(0.05)
    assert status["failed_redactions"] == {}
    assert (await admin.get(f"{V1}/fetch_event/{sent}")).ok()["event"]["content"] == {}


async def test_admin_sees_from_where_a_user_connects(admin: ApiClient, alice: ApiClient) -> None:
    body = (await admin.get(f"{V1}/whois/{alice.user_id}")).ok()
    assert body["user_id"] == alice.user_id
    assert list(body["devices"]) == [alice.device_id]
