"""Expired and redacted messages, as clients see them, and purges behind the back of a syncing client."""

from urllib.parse import quote

import pytest

from federation.protocol.ids import EventId, RoomId
from homeserver.http.context import Services
from homeserver.retention.erase_redacted import erase_redacted_events
from homeserver.retention.expire_messages import ask_for_expiry
from homeserver.retention.purge_history import PurgeUpTo, purge_history
from homeserver.storage.checks import run_checks
from homeserver.storage.events import select_events
from tests.api.client import ApiClient
from tests.api.room_calls import create, room_path, send, set_state, timeline
from tests.api.unread_reader import Reader
from tests.support.fake_clock import FakeClock
from tests.support.retention import finish_jobs

HOUR_MS = 3_600_000
EXPIRING = {"retention": {"room_policies": True, "messages_min": None, "messages_max": "30d"}}


def bodies(events: list[dict[str, object]]) -> list[object]:
    return [e["content"].get("body") for e in events if e["type"] == "m.room.message"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("overrides", [EXPIRING])
async def test_expired_messages_are_shown_nowhere_and_then_deleted(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await set_state(alice, room_id, "m.room.retention", {"max_lifetime": HOUR_MS})).ok()
    old = (await send(alice, room_id, {"msgtype": "m.text", "body": "old"})).ok()["event_id"]
    since = (await alice.get("/sync")).ok()["next_batch"]
    clock.advance(HOUR_MS - 10_000)
    new = (await send(alice, room_id, {"msgtype": "m.text", "body": "new"})).ok()["event_id"]
    assert bodies(await timeline(alice, room_id)) == ["old", "new"]
    clock.advance(20_000)
    assert bodies(await timeline(alice, room_id)) == ["new"]
    assert (await alice.get(room_path(room_id, f"/event/{quote(old)}"))).status == 404
    joined = (await alice.get("/sync")).ok()["rooms"]["join"][room_id]
    assert bodies(joined["timeline"]["events"]) == ["new"]
    clock.advance(HOUR_MS)
    gap = (await alice.get("/sync", since=since)).ok()["rooms"]["join"].get(room_id, {})
    assert bodies(gap.get("timeline", {}).get("events", [])) == []
    clock.advance(HOUR_MS)
    assert await ask_for_expiry(services.retention) == 1
    assert await ask_for_expiry(services.retention) == 0
    await finish_jobs(services.retention)
    async with services.db.acquire() as conn:
        assert (await select_events(conn, [old, new])).keys() == {new}, "the newest event stays, unseen"
    assert await ask_for_expiry(services.retention) == 0
    assert all(not finding.rows for finding in await run_checks(services.db))


async def test_redacted_content_leaves_the_database_after_the_delay(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    room_id = await create(alice)
    event_id = (await send(alice, room_id, {"msgtype": "m.text", "body": "secret words"})).ok()["event_id"]
    (await alice.put(room_path(room_id, f"/redact/{quote(event_id)}/r1"), {})).ok()
    assert await erase_redacted_events(services.retention) == 0
    clock.advance(8 * 24 * HOUR_MS)
    assert await erase_redacted_events(services.retention) == 1
    assert await erase_redacted_events(services.retention) == 0
    async with services.db.acquire() as conn:
        stored = (await select_events(conn, [event_id]))[event_id]
    assert b"secret words" not in stored.json
    shown = (await alice.get(room_path(room_id, f"/event/{quote(event_id)}"))).ok()
    assert shown["content"] == {}
    assert shown["unsigned"]["redacted_because"]["type"] == "m.room.redaction"


async def test_a_purge_leaves_sync_history_and_unread_counts_in_order(
    alice: ApiClient, bob: ApiClient, reader: Reader, room_id: str, services: Services
) -> None:
    since = (await alice.get("/sync")).ok()["next_batch"]
    first = [(await send(bob, room_id, {"msgtype": "m.text", "body": str(n)})).ok() for n in range(6)]
    thread = {"m.relates_to": {"rel_type": "m.thread", "event_id": first[0]["event_id"]}}
    (await send(bob, room_id, {"msgtype": "m.text", "body": "t", **thread})).ok()
    last = [(await send(bob, room_id, {"msgtype": "m.text", "body": str(n)})).ok() for n in range(6, 9)]
    before = (await alice.get("/sync", since=since)).ok()["rooms"]["join"][room_id]
    assert before["unread_notifications"]["notification_count"] == 10
    upto = PurgeUpTo(last[0]["event_id"])
    await purge_history(services.retention, RoomId(room_id), upto, delete_local_events=True)
    await finish_jobs(services.retention)
    shown = (await alice.get("/sync", since=since)).ok()["rooms"]["join"][room_id]
    assert bodies(shown["timeline"]["events"]) == ["6", "7", "8"]
    assert shown["unread_notifications"]["notification_count"] == 3
    assert bodies(await timeline(alice, room_id)) == ["6", "7", "8"]
    (await send(bob, room_id, {"msgtype": "m.text", "body": "9"})).ok()
    whole = (await alice.get("/sync")).ok()["rooms"]["join"][room_id]
    assert whole["unread_notifications"]["notification_count"] == 4
    assert all(not finding.rows for finding in await run_checks(services.db))


async def test_purged_messages_between_state_events_are_unread_by_nobody(
    alice: ApiClient, carol: ApiClient, bob: ApiClient, room_id: str, services: Services
) -> None:
    async def say(body: str) -> str:
        return str((await send(bob, room_id, {"msgtype": "m.text", "body": body})).ok()["event_id"])

    read, last = "", ""
    for n in range(4):
        (await set_state(bob, room_id, "m.room.topic", {"topic": str(n)})).ok()
        last = [await say(f"{n}.{m}") for m in range(3)][-1]
        read = read or last
    (await alice.post(room_path(room_id, f"/receipt/m.read/{quote(read)}"))).ok()
    upto = PurgeUpTo(EventId(last))
    await purge_history(services.retention, RoomId(room_id), upto, delete_local_events=True)
    await finish_jobs(services.retention)
    for user in (alice, carol):
        room = (await user.get("/sync")).ok()["rooms"]["join"][room_id]
        assert room["unread_notifications"]["notification_count"] == 1, "that which is left"
    async with services.db.acquire() as conn:
        assert await conn.fetchval(
            "SELECT bool_and(EXISTS (SELECT FROM events e WHERE e.event_id = r.event_id)) FROM receipts r"
        )
