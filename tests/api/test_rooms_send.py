"""Sending messages, redactions and state."""

import asyncio
from urllib.parse import quote

from homeserver.accounts.moderate import set_suspended
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, join, room_path, send, set_state, state, timeline


async def redact(user: ApiClient, room_id: str, event_id: str, txn_id: str = "r", **body: str) -> Reply:
    return await user.put(room_path(room_id, f"/redact/{event_id.replace('$', '%24')}/{txn_id}"), {**body})


async def test_same_transaction_is_sent_once(alice: ApiClient) -> None:
    room_id = await create(alice)
    replies = await asyncio.gather(*(send(alice, room_id, txn_id="same") for _ in range(5)))
    assert len({reply.ok()["event_id"] for reply in replies}) == 1
    again = await send(alice, room_id, {"body": "other", "msgtype": "m.text"}, txn_id="same")
    assert again.ok() == replies[0].json
    other_device = await alice.log_in("alice")
    assert (await send(other_device, room_id, txn_id="same")).ok() != replies[0].json
    assert (await send(alice, room_id, type_="other", txn_id="same")).ok() != replies[0].json


async def test_state_that_stays_the_same_makes_no_event(alice: ApiClient) -> None:
    room_id = await create(alice)
    first = (await set_state(alice, room_id, "a.type", {"key": 1})).ok()["event_id"]
    assert (await set_state(alice, room_id, "a.type", {"key": 1})).ok()["event_id"] == first
    assert (await alice.put(room_path(room_id, "/state/a.type"), {"key": 1})).ok()["event_id"] == first
    second = (await set_state(alice, room_id, "a.type", {"key": True})).ok()["event_id"]
    assert second != first
    (await redact(alice, room_id, second)).ok()
    assert (await set_state(alice, room_id, "a.type", {"key": True})).ok()["event_id"] != second


async def test_stranger_can_neither_send_nor_set_state(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    assert (await send(bob, room_id)).errcode == "M_FORBIDDEN"
    assert (await set_state(bob, room_id, "m.room.name", {"name": "mine"})).errcode == "M_FORBIDDEN"
    (await join(bob, room_id)).ok()
    assert (await set_state(bob, room_id, "m.room.name", {"name": "mine"})).errcode == "M_FORBIDDEN"
    assert (await set_state(alice, room_id, "some.type", {}, bob.user_id)).errcode == "M_FORBIDDEN"
    assert (await set_state(alice, room_id, "m.room.create", {"room_version": "11"})).status == 403


async def test_levels_cannot_be_raised_above_ones_own(alice: ApiClient) -> None:
    room_id = await create(alice, room_version="11")
    levels = await state(alice, room_id, "m.room.power_levels")
    for name in ("ban", "kick", "redact"):
        (await set_state(alice, room_id, "m.room.power_levels", {**levels, name: 25})).ok()
        refused = await set_state(alice, room_id, "m.room.power_levels", {**levels, name: 10_000_000})
        assert refused.status == 403


async def test_tombstone_cannot_lead_to_its_own_room(alice: ApiClient) -> None:
    room_id = await create(alice)
    content: JsonObject = {"body": "x", "replacement_room": room_id}
    assert (await send(alice, room_id, content, "m.room.tombstone")).status == 400
    assert (await set_state(alice, room_id, "m.room.tombstone", content)).status == 400


async def test_redaction_hides_own_events_and_with_power_those_of_others(
    alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    by_bob = (await send(bob, room_id)).ok()["event_id"]
    by_alice = (await send(alice, room_id)).ok()["event_id"]
    assert (await redact(bob, room_id, by_alice)).errcode == "M_FORBIDDEN"
    first = (await redact(bob, room_id, by_bob, "t1", reason="oops")).ok()
    assert (await redact(bob, room_id, by_bob, "t1", reason="oops")).ok() == first
    content = {"redacts": by_alice, "reason": "both ways"}
    (await send(alice, room_id, content, "m.room.redaction")).ok()
    shown = {event["event_id"]: event for event in await timeline(alice, room_id)}
    assert shown[by_bob]["content"] == shown[by_alice]["content"] == {}
    assert shown[first["event_id"]]["content"]["reason"] == "oops"


async def test_redaction_names_an_event_of_its_own_room(alice: ApiClient) -> None:
    room_id, other = await create(alice), await create(alice)
    elsewhere = (await send(alice, other)).ok()["event_id"]
    missing = await redact(alice, room_id, "$" + "a" * 43)
    assert (missing.status, missing.errcode) == (400, "M_INVALID_PARAM")
    assert (await redact(alice, room_id, elsewhere)).json == missing.json
    assert (await redact(alice, room_id, "nonsense")).status == 400
    created = (await timeline(alice, room_id))[0]["event_id"]
    assert (await redact(alice, room_id, created)).status == 403


async def test_bad_content_is_refused(alice: ApiClient) -> None:
    room_id = await create(alice)
    path = room_path(room_id, "/send/m.room.message/x")
    for data, errcode in (
        (b"{", "M_NOT_JSON"),
        (b"[]", "M_BAD_JSON"),
        (b'{"a": NaN}', "M_NOT_JSON"),
        (b'{"a": 1.5}', "M_BAD_JSON"),
        (b'{"a": 9007199254740992}', "M_BAD_JSON"),
        (b'{"a": "' + b"x" * 66_000 + b'"}', "M_TOO_LARGE"),
        (b"x" * 300_000, "M_TOO_LARGE"),
        (b"[" * 100_000, "M_NOT_JSON"),
    ):
        reply = await alice.request("PUT", path, data=data)
        assert reply.errcode == errcode, data[:20]
    assert (await send(alice, room_id, type_="x" * 256)).errcode == "M_TOO_LARGE"
    assert (await send(alice, room_id, txn_id="x" * 256)).errcode == "M_INVALID_PARAM"
    assert (await set_state(alice, room_id, "t", {}, "k" * 256)).errcode == "M_TOO_LARGE"
    zero: JsonObject = {"body": "a\u0000b", "msgtype": "m.text", "m.relates_to": {"rel_type": "\u0000"}}
    (await send(alice, room_id, zero)).ok()
    assert (await timeline(alice, room_id))[-1]["content"] == zero


async def test_suspended_user_may_leave_and_take_back_own_words_only(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    by_bob = (await send(bob, room_id)).ok()["event_id"]
    by_alice = (await send(alice, room_id)).ok()["event_id"]
    await set_suspended(services.accounts, await services.rooms.names.intern_user(bob.user_id), True)  # type: ignore[arg-type]
    for refused in (
        await send(bob, room_id),
        await set_state(bob, room_id, "t", {}),
        await bob.post("/createRoom"),
        await join(bob, room_id),
        await act(bob, room_id, "invite", alice),
        await redact(bob, room_id, by_alice, "r1"),
        await send(bob, room_id, {"redacts": by_alice}, "m.room.redaction"),
    ):
        assert (refused.status, refused.errcode) == (403, "M_USER_SUSPENDED")
    (await redact(bob, room_id, by_bob, "r2")).ok()
    (await act(bob, room_id, "leave")).ok()


async def test_message_and_redaction_may_come_without_a_transaction_id(alice: ApiClient) -> None:
    room_id = await create(alice)
    body = {"msgtype": "m.text", "body": "hello"}
    first = (await alice.post(f"/rooms/{room_id}/send/m.room.message", body)).ok()["event_id"]
    second = (await alice.post(f"/rooms/{room_id}/send/m.room.message", body)).ok()["event_id"]
    assert first != second
    (await alice.post(f"/rooms/{room_id}/redact/{quote(first)}", {"reason": "spam"})).ok()
    assert (await alice.get(f"/rooms/{room_id}/event/{quote(first)}")).ok()["content"] == {}
