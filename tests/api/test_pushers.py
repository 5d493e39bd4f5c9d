"""Pushers: which there can be, and what they tell a push gateway."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from federation.protocol.canonical_json import encode_canonical_json
from federation.protocol.ids import EventId, RoomId, ServerName, UserId
from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.accounts.moderate import set_locked
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.pushers.back_off import GIVE_UP_MS, back_off_ms
from homeserver.pushers.check_pusher import MAX_PUSHERS
from homeserver.rooms.out_of_band import OutOfBand, store_out_of_band
from tests.api.client import ApiClient
from tests.api.pusher_support import all_told, pusher, pushers_of, set_pusher
from tests.api.room_calls import act, create, join, room_path, set_state
from tests.api.unread_reader import mentioning, say
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock
from tests.support.push_gateway import PushGateway, running_push_gateway

URL = "https://push.example.org/_matrix/push/v1/notify"


@pytest.fixture
def overrides(authority: Authority, tmp_path: Path) -> JsonObject:
    return {"federation": {"allow_private_addresses": True, "ca_file": authority.ca_file}}


@pytest.fixture
async def gateway(authority: Authority) -> AsyncIterator[PushGateway]:
    async with running_push_gateway(authority) as gateway:
        yield gateway


async def read(user: ApiClient, room_id: str, event_id: str) -> None:
    (await user.post(room_path(room_id, f"/receipt/m.read/{quote(event_id, safe='')}"), {})).ok()


async def test_a_pusher_is_shown_as_it_was_set_until_it_is_deleted(alice: ApiClient) -> None:
    body = pusher(URL, data={"format": "event_id_only", "brand": "x"}, profile_tag=None)
    (await set_pusher(alice, body)).ok()
    (shown,) = await pushers_of(alice)
    assert {name: shown[name] for name in ("kind", "app_id", "pushkey", "lang", "data")} == {
        name: body[name] for name in ("kind", "app_id", "pushkey", "lang", "data")
    }
    assert shown["org.matrix.msc3881.device_id"] == alice.device_id
    assert shown["org.matrix.msc3881.enabled"] is True
    (await set_pusher(alice, body | {"app_display_name": "Other", "org.matrix.msc3881.enabled": False})).ok()
    (shown,) = await pushers_of(alice)
    assert (shown["app_display_name"], shown["org.matrix.msc3881.enabled"]) == ("Other", False)
    gone = {"kind": None, "app_id": body["app_id"], "pushkey": body["pushkey"]}
    (await set_pusher(alice, gone)).ok()
    (await set_pusher(alice, gone)).ok()
    assert await pushers_of(alice) == []


async def test_what_no_pusher_can_be_is_refused(alice: ApiClient) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"lang": None, "data": None}, "M_MISSING_PARAM"),
        ({"data": {}}, "M_MISSING_PARAM"),
        ({"data": {"url": "http://push.example.org/_matrix/push/v1/notify"}}, "M_INVALID_PARAM"),
        ({"data": {"url": "https://push.example.org/elsewhere"}}, "M_INVALID_PARAM"),
        ({"data": {"url": "https://user:pw@push.example.org/_matrix/push/v1/notify"}}, "M_INVALID_PARAM"),
        ({"data": {"url": 7}}, "M_INVALID_PARAM"),
        ({"data": {"url": URL, "much": "x" * 9_000}}, "M_INVALID_PARAM"),
        ({"kind": "pigeon"}, "M_INVALID_PARAM"),
        ({"kind": ""}, "M_MISSING_PARAM"),
        ({"kind": "email"}, "M_INVALID_PARAM"),
        ({"kind": "email", "app_id": "m.email", "pushkey": "nobody"}, "M_INVALID_PARAM"),
        ({"kind": "email", "app_id": "m.email", "pushkey": "a@example.org"}, "M_THREEPID_NOT_FOUND"),
        ({"kind": "webpush", "data": {"url": "https://push.example.org/x", "auth": "!"}}, "M_INVALID_PARAM"),
        ({"pushkey": "x" * 513}, "M_INVALID_PARAM"),
        ({"app_id": "x" * 65}, "M_INVALID_PARAM"),
        ({"app_display_name": "x" * 513}, "M_INVALID_PARAM"),
    ]
    for members, errcode in wrong:
        reply = await set_pusher(alice, pusher(URL) | members)
        assert (reply.status, reply.errcode) == (400, errcode), members
    assert await pushers_of(alice) == []


async def test_a_user_has_a_bounded_number_of_pushers(alice: ApiClient) -> None:
    for number in range(MAX_PUSHERS):
        (await set_pusher(alice, pusher(URL, f"key {number}"))).ok()
    assert (await set_pusher(alice, pusher(URL, "one more"))).errcode == "M_INVALID_PARAM"
    (await set_pusher(alice, pusher(URL, "key 1"))).ok()


async def test_a_key_moves_to_its_new_user_unless_it_is_appended(alice: ApiClient, bob: ApiClient) -> None:
    (await set_pusher(alice, pusher(URL))).ok()
    (await set_pusher(bob, pusher(URL, append=True))).ok()
    assert len(await pushers_of(alice)) == len(await pushers_of(bob)) == 1
    (await set_pusher(bob, pusher(URL))).ok()
    assert (await pushers_of(alice), len(await pushers_of(bob))) == ([], 1)


async def test_pushers_end_with_the_log_in_that_made_them(alice: ApiClient) -> None:
    other = await alice.log_in("alice")
    (await set_pusher(alice, pusher(URL, "mine"))).ok()
    (await set_pusher(other, pusher(URL, "other"))).ok()
    (await set_pusher(other, pusher(URL, "mine") | {"org.matrix.msc3881.enabled": False})).ok()
    assert (await pushers_of(other))[0]["org.matrix.msc3881.device_id"] == alice.device_id
    changed = {"new_password": "another good password", "auth": alice.password_auth()}
    (await alice.post("/account/password", changed)).ok()
    assert [found["pushkey"] for found in await pushers_of(alice)] == ["mine"]
    third = await alice.log_in("alice", "another good password")
    (await alice.post("/logout")).ok()
    assert await pushers_of(third) == []


async def test_a_message_is_pushed_with_what_the_gateway_needs_and_reading_it_takes_the_badge_away(
    alice: ApiClient, bob: ApiClient, room_id: str, services: Services, gateway: PushGateway
) -> None:
    before = await say(bob, room_id)
    await read(alice, room_id, before)
    (await set_pusher(alice, pusher(gateway.url, data={"brand": "x"}))).ok()
    (await set_state(bob, room_id, "m.room.name", {"name": "The room"})).ok()
    first = await say(bob, room_id, "one")
    await all_told(services)
    await say(alice, room_id, "my own")
    await all_told(services)
    second = await say(bob, room_id, "two")
    await say(bob, room_id, "quiet", msgtype="m.notice")
    await all_told(services)
    await read(alice, room_id, second)
    await all_told(services)
    third = await say(bob, room_id, "three", mentions=mentioning(alice))
    await all_told(services)
    told = {found.get("event_id"): found for found in gateway.notifications}
    assert gateway.events() == [first, second, third]
    assert gateway.badges() == [0, 0]
    assert [told[event_id]["counts"]["unread"] for event_id in (first, second)] == [1, 1]
    found = told[third]
    (device,) = found["devices"]
    assert device["tweaks"] == {"sound": "default", "highlight": True}
    assert device["data"] == {"brand": "x"}
    assert (device["app_id"], device["pushkey"]) == ("org.example.app", "key")
    assert device["pushkey_ts"] == services.clock.now_ms() // 1000
    assert found["counts"] == {"unread": 1}
    assert found["content"]["body"] == "three"
    assert (found["prio"], told[second]["prio"]) == ("high", "low")
    assert (found["room_name"], found["sender_display_name"]) == ("The room", "bob")
    assert (found["room_id"], found["sender"], found["type"]) == (room_id, bob.user_id, "m.room.message")


async def test_the_format_of_ids_only_tells_no_more(
    alice: ApiClient, bob: ApiClient, room_id: str, services: Services, gateway: PushGateway
) -> None:
    (await set_pusher(alice, pusher(gateway.url, data={"format": "event_id_only"}))).ok()
    sent = await say(bob, room_id)
    await all_told(services)
    (found,) = gateway.notifications
    assert (found["event_id"], found["room_id"]) == (sent, room_id)
    assert set(found) == {"event_id", "room_id", "prio", "counts", "devices"}


async def test_an_invite_is_pushed_to_whom_it_is_for(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, services: Services, gateway: PushGateway
) -> None:
    for user in (alice, carol):
        (await set_pusher(user, pusher(gateway.url, user.user_id))).ok()
    room_id = await create(bob)
    (await act(bob, room_id, "invite", alice)).ok()
    await all_told(services)
    (found,) = gateway.notifications
    assert (found["type"], found["membership"], found["user_is_target"]) == ("m.room.member", "invite", True)
    assert found["devices"][0]["pushkey"] == alice.user_id
    assert found["counts"]["unread"] == 1


async def test_rules_those_ignored_and_disabled_pushers_keep_quiet(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, room_id: str, services: Services, gateway: PushGateway
) -> None:
    (await set_pusher(alice, pusher(gateway.url))).ok()
    muted = await create(bob, preset="public_chat")
    (await join(alice, muted)).ok()
    (await alice.put(f"/pushrules/global/room/{quote(muted, safe='')}", {"actions": []})).ok()
    ignored: JsonObject = {"ignored_users": {carol.user_id: {}}}
    (await alice.put(f"/user/{quote(alice.user_id)}/account_data/m.ignored_user_list", ignored)).ok()
    await say(bob, muted)
    await say(carol, room_id)
    heard = await say(bob, room_id)
    await all_told(services)
    assert gateway.events() == [heard]
    gateway.status = 500
    await say(bob, room_id, "failed before it was disabled")
    await all_told(services)
    gateway.status = 200
    (await set_pusher(alice, pusher(gateway.url) | {"org.matrix.msc3881.enabled": False})).ok()
    await say(bob, room_id)
    await all_told(services)
    (await set_pusher(alice, pusher(gateway.url))).ok()
    await all_told(services)
    assert gateway.events() == [heard]


async def test_what_was_redacted_or_left_meanwhile_is_not_told(
    alice: ApiClient,
    bob: ApiClient,
    room_id: str,
    services: Services,
    gateway: PushGateway,
    clock: FakeClock,
) -> None:
    (await set_pusher(alice, pusher(gateway.url))).ok()
    gateway.status = 500
    redacted = await say(bob, room_id)
    await all_told(services)
    (await bob.put(room_path(room_id, f"/redact/{quote(redacted, safe='')}/r1"), {})).ok()
    left = await create(bob, preset="public_chat")
    (await join(alice, left)).ok()
    await say(bob, left)
    (await act(alice, left, "leave")).ok()
    kept = await say(bob, room_id)
    gateway.status = 200
    clock.advance(back_off_ms(0))
    await all_told(services)
    assert gateway.events() == [kept]


async def test_a_rejected_key_loses_its_pusher_and_no_other(
    alice: ApiClient, bob: ApiClient, room_id: str, services: Services, gateway: PushGateway
) -> None:
    (await set_pusher(alice, pusher(gateway.url, "good"))).ok()
    (await set_pusher(alice, pusher(gateway.url, "bad"))).ok()
    gateway.rejected = {"bad", "somebody's"}
    await say(bob, room_id)
    await all_told(services)
    assert [found["pushkey"] for found in await pushers_of(alice)] == ["good"]


async def test_a_failing_gateway_is_asked_again_later_and_after_a_day_no_more(
    alice: ApiClient,
    bob: ApiClient,
    room_id: str,
    services: Services,
    gateway: PushGateway,
    clock: FakeClock,
) -> None:
    (await set_pusher(alice, pusher(gateway.url))).ok()
    outcomes = services.pushers.ctx.tally.outcomes
    gateway.status = 502
    await say(bob, room_id)
    await all_told(services)
    await all_told(services)
    assert outcomes.total() == 1, "the back-off is not kept"
    gateway.status, gateway.body = 200, b"<html>"
    clock.advance(back_off_ms(0))
    await all_told(services)
    assert outcomes.total() == 2
    gateway.status, gateway.body, gateway.location = 307, None, gateway.url
    clock.advance(back_off_ms(1))
    await all_told(services)
    assert outcomes == {("http", "refused"): 2, ("http", "failed"): 1}
    gateway.status, gateway.location = 200, None
    clock.advance(GIVE_UP_MS + 1)
    late = await say(bob, room_id)
    await all_told(services)
    assert gateway.events() == [late]


async def test_a_gateway_that_stalls_holds_up_nobody_else(
    alice: ApiClient,
    bob: ApiClient,
    carol: ApiClient,
    room_id: str,
    services: Services,
    gateway: PushGateway,
    authority: Authority,
) -> None:
    (await set_pusher(alice, pusher(gateway.url))).ok()
    gateway.resume.clear()
    sent = await say(bob, room_id)
    async with running_push_gateway(authority) as other:
        (await set_pusher(carol, pusher(other.url, "other"))).ok()
        async with asyncio.timeout(100):
            await gateway.asked.wait()
        sent_later = await say(bob, room_id)
        async with asyncio.timeout(100):
            await other.asked.wait()
        gateway.resume.set()
        await all_told(services)
        assert (gateway.events(), other.events()) == ([sent, sent_later], [sent_later])


async def test_a_pusher_to_a_private_address_is_not_asked(
    alice: ApiClient, bob: ApiClient, room_id: str, services: Services, gateway: PushGateway
) -> None:
    """Regression: CVE-2021-21273, push as a way into private networks."""
    services.pushers.ctx.outgoing._allow_private = False
    (await set_pusher(alice, pusher(gateway.url))).ok()
    await say(bob, room_id)
    await all_told(services)
    assert gateway.notifications == []
    assert services.pushers.ctx.tally.outcomes[("http", "failed")] == 1


async def test_only_members_with_pushers_have_rows(
    alice: ApiClient, bob: ApiClient, room_id: str, services: Services, gateway: PushGateway
) -> None:
    (await set_pusher(alice, pusher(gateway.url))).ok()
    gateway.status = 500
    for _ in range(3):
        await say(bob, room_id)
    await all_told(services)
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM push_queue") == 3


async def test_an_invite_to_a_room_of_others_is_pushed_whatever_came_with_it(
    alice: ApiClient, services: Services, gateway: PushGateway
) -> None:
    """Regression: CVE-2024-52815, an invite whose `invite_room_state` is not what it should be."""
    (await set_pusher(alice, pusher(gateway.url))).ok()
    malformed = [7, {"type": 7}, {"content": "x"}, {"content": {}}]
    await store_out_of_band(services.rooms, invite_from_elsewhere(alice, "bad", malformed))
    name = {"type": "m.room.name", "state_key": "", "content": {"name": "Elsewhere"}}
    await store_out_of_band(services.rooms, invite_from_elsewhere(alice, "good", [name]))
    await all_told(services)
    first, second = gateway.notifications
    assert (first["event_id"], first["room_id"]) == ("$bad", "!bad:other.org")
    assert (first["membership"], first["user_is_target"]) == ("invite", True)
    assert (first.get("room_name"), second["room_name"]) == (None, "Elsewhere")
    assert second["counts"]["unread"] == 2


def invite_from_elsewhere(user: ApiClient, name: str, stripped_state: list[Any]) -> OutOfBand:
    member: JsonObject = {
        "type": "m.room.member",
        "sender": "@bob:other.org",
        "state_key": user.user_id,
        "content": {"membership": "invite"},
        "room_id": f"!{name}:other.org",
        "origin_server_ts": 1,
    }
    return OutOfBand(
        RoomId(f"!{name}:other.org"),
        ROOM_VERSIONS["11"],
        UserId(user.user_id),
        UserId("@bob:other.org"),
        "invite",
        EventId(f"${name}"),
        encode_canonical_json(member),
        stripped_state,
        [ServerName("other.org")],
    )


async def test_members_hear_of_a_room_from_their_join_to_their_leave_and_pushers_from_their_making(
    alice: ApiClient, bob: ApiClient, services: Services, gateway: PushGateway
) -> None:
    (await set_pusher(alice, pusher(gateway.url))).ok()
    room_id = await create(bob, preset="public_chat")
    await say(bob, room_id, "before the join")
    await all_told(services)
    (await join(alice, room_id)).ok()
    first = await say(bob, room_id, "during")
    await all_told(services)
    assert gateway.events() == [first]
    (await act(alice, room_id, "leave")).ok()
    await say(bob, room_id, "after the leave")
    (await join(alice, room_id)).ok()
    second = await say(bob, room_id, "back again")
    await all_told(services)
    assert gateway.events() == [first, second]
    user_nid = await services.rooms.names.intern_user(UserId(alice.user_id))
    await set_locked(services.accounts, user_nid, True)
    await say(bob, room_id, "not for a locked account")
    await all_told(services)
    await set_locked(services.accounts, user_nid, False)
    (await set_pusher(alice, pusher(gateway.url, "a later one"))).ok()
    third = await say(bob, room_id, "to both")
    await all_told(services)
    assert gateway.events() == [first, second, third, third]
