"""Events that are sent later, or not (MSC4140)."""

from dataclasses import replace
from urllib.parse import quote

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_suspended
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.rooms.delay_event import MAX_DELAY_MS, MAX_SCHEDULED
from homeserver.rooms.send_delayed import send_due_events
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, join, room_path, timeline
from tests.support.fake_clock import FakeClock

UNSTABLE = "/_matrix/client/unstable/org.matrix.msc4140"
DELAY = "org.matrix.msc4140.delay"
HOUR_MS = 3_600_000
CONTENT: JsonObject = {"msgtype": "m.text", "body": "later"}


async def delay(
    user: ApiClient, room_id: str, delay_ms: int, txn_id: str = "t1", content: JsonObject = CONTENT
) -> Reply:
    path = room_path(room_id, f"/send/m.room.message/{txn_id}")
    # The specification knows no other answer of this path than an event id.
    return await replace(user, on_response=None).put(path, content, **{DELAY: delay_ms})


async def manage(user: ApiClient, delay_id: str, action: str) -> Reply:
    return await user.with_token(None).post(f"{UNSTABLE}/delayed_events/{delay_id}/{action}")


async def listed(user: ApiClient, delay_id: str) -> JsonObject:
    return (await user.get(f"{UNSTABLE}/delayed_events/{delay_id}")).ok()


async def ended(user: ApiClient, services: Services, delay_id: str) -> JsonObject:
    """Return the event when it is dealt with, be it by this task or the server's own."""
    while "finalised" not in (event := await listed(user, delay_id)):
        await send_due_events(services.rooms)
    return event


async def pass_time(services: Services, milliseconds: int) -> None:
    """Let events be as much nearer to their time, which comes by the database's clock."""
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE delayed_events SET running_since_ms = running_since_ms - $1", milliseconds)


async def said(user: ApiClient, room_id: str) -> list[object]:
    return [e["content"].get("body") for e in await timeline(user, room_id) if e["type"] == "m.room.message"]


async def test_a_message_is_sent_when_its_time_has_come_and_once(
    alice: ApiClient, bob: ApiClient, services: Services, clock: FakeClock
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    since = {user.user_id: (await user.get("/sync")).ok()["next_batch"] for user in (alice, bob)}
    delay_id = (await delay(alice, room_id, HOUR_MS)).ok()["delay_id"]
    assert (await delay(alice, room_id, HOUR_MS)).ok()["delay_id"] == delay_id
    assert await send_due_events(services.rooms) == 0
    assert (await listed(alice, delay_id))["content"] == CONTENT
    await pass_time(services, HOUR_MS)
    event = await ended(alice, services, delay_id)
    assert await said(alice, room_id) == ["later"]
    [shown] = [e for e in await timeline(alice, room_id) if e["type"] == "m.room.message"]
    assert event["event_id"] == shown["event_id"]
    assert shown["origin_server_ts"] == clock.now_ms()
    for user, known in ((alice, delay_id), (bob, None), (alice, delay_id)):
        synced = (await user.get("/sync", since=since[user.user_id])).ok()["rooms"]["join"][room_id]
        [news] = synced["timeline"]["events"]
        assert news["unsigned"].get("org.matrix.msc4140.delay_id") == known, "it gives power over events"
    assert (await manage(alice, delay_id, "send")).status == 200
    assert (await manage(alice, delay_id, "cancel")).status == 409
    assert (await manage(alice, delay_id, "restart")).status == 409
    assert await said(alice, room_id) == ["later"]


async def test_who_holds_the_id_restarts_cancels_and_sends(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(alice)
    path = f"{UNSTABLE}/rooms/{quote(room_id)}/delayed_event/org.example.call/x1"
    body = {"delay": HOUR_MS, "state_key": "call", "content": {"left": True}}
    delay_id = (await alice.put(path, body)).ok()["delay_id"]
    await pass_time(services, HOUR_MS - 10 * 60_000)
    assert (await manage(alice, delay_id, "restart")).ok() == {}
    await pass_time(services, HOUR_MS - 10 * 60_000)
    assert await send_due_events(services.rooms) == 0
    assert (await bob.get(f"{UNSTABLE}/delayed_events/{delay_id}")).errcode == "M_NOT_FOUND"
    assert (await manage(alice, delay_id, "send")).ok() == {}
    state = (await alice.get(room_path(room_id, "/state/org.example.call/call"))).ok()
    assert state == {"left": True}
    other = (await delay(alice, room_id, HOUR_MS)).ok()["delay_id"]
    in_body = await alice.post(f"{UNSTABLE}/delayed_events/{other}", {"action": "cancel"})
    assert in_body.ok() == {}
    assert (await manage(alice, other, "cancel")).ok() == {}
    assert (await manage(alice, other, "send")).status == 409
    await pass_time(services, 2 * HOUR_MS)
    assert await send_due_events(services.rooms) == 0
    assert await said(alice, room_id) == []
    both = (await alice.get(f"{UNSTABLE}/delayed_events")).ok()
    assert {e["outcome"] for e in both["finalised"]} == {"send", "cancel"}
    assert both["scheduled"] == []
    assert (await manage(alice, "nonsense", "send")).errcode == "M_NOT_FOUND"


async def test_clock_of_a_worker_that_jumps_sends_nothing_before_its_time(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    room_id = await create(alice)
    delay_id = (await delay(alice, room_id, HOUR_MS)).ok()["delay_id"]
    clock.jump(2 * HOUR_MS)
    assert await send_due_events(services.rooms) == 0
    clock.jump(-4 * HOUR_MS)
    (await manage(alice, delay_id, "restart")).ok()
    assert await send_due_events(services.rooms) == 0
    await pass_time(services, HOUR_MS)
    assert "event_id" in await ended(alice, services, delay_id)
    assert await said(alice, room_id) == ["later"]


async def test_whether_it_may_be_sent_is_asked_at_the_time(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    delay_id = (await delay(bob, room_id, HOUR_MS)).ok()["delay_id"]
    (await act(alice, room_id, "ban", bob)).ok()
    assert (await manage(bob, delay_id, "send")).errcode == "M_FORBIDDEN"
    assert "finalised" not in await listed(bob, delay_id)
    await pass_time(services, HOUR_MS)
    assert (await ended(bob, services, delay_id))["error"]["errcode"] == "M_FORBIDDEN"
    suspended = (await delay(alice, room_id, HOUR_MS)).ok()["delay_id"]
    nid = (await find_account(services.accounts, "alice")).user_nid
    await set_suspended(services.accounts, nid, True)
    await pass_time(services, HOUR_MS)
    assert (await ended(alice, services, suspended))["error"]["errcode"] == "M_USER_SUSPENDED"
    assert (await delay(alice, room_id, HOUR_MS, "t2")).errcode == "M_USER_SUSPENDED"
    assert await said(alice, room_id) == []


async def test_delays_and_their_number_are_bounded(alice: ApiClient) -> None:
    room_id = await create(alice)
    reply = await delay(alice, room_id, MAX_DELAY_MS + 1)
    assert (reply.status, reply.errcode) == (400, "M_UNKNOWN")
    assert reply.json["org.matrix.msc4140.errcode"] == "M_MAX_DELAY_EXCEEDED"
    assert reply.json["org.matrix.msc4140.max_delay"] == MAX_DELAY_MS
    assert (await delay(alice, room_id, 0)).errcode == "M_INVALID_PARAM"
    for n in range(MAX_SCHEDULED):
        (await delay(alice, room_id, HOUR_MS, f"n{n}")).ok()
    assert (await delay(alice, room_id, HOUR_MS, "more")).errcode == "M_LIMIT_EXCEEDED"
    first = (await alice.get(f"{UNSTABLE}/delayed_events", status="scheduled")).ok()
    rest = (await alice.get(f"{UNSTABLE}/delayed_events", **{"from": first["next_batch"]})).ok()
    ids = {e["delay_id"] for page in (first, rest) for e in page["delayed_events"]}
    assert len(ids) == MAX_SCHEDULED
    assert "next_batch" not in rest
