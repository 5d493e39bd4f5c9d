"""What application services are sent, and that nothing is lost, doubled or out of order on the way."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from homeserver.app import running_server
from homeserver.client_api.appservice_gauges import appservice_samples
from homeserver.config.settings import Settings
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.bridge_support import acting_as, make_ghost
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.support.application_service import ApplicationService, bodies_by_attempt
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def bridge() -> AsyncIterator[ApplicationService]:
    bridge = ApplicationService()
    await bridge.start()
    yield bridge
    await bridge.stop()


@pytest.fixture
def overrides(bridge: ApplicationService, tmp_path: Path) -> JsonObject:
    bridge.write(tmp_path / "appservices", receive_ephemeral=True)
    return {"appservices": str(tmp_path / "appservices")}


def texts(bridge: ApplicationService) -> list[str]:
    return [event["content"]["body"] for event in bridge.of_type("m.room.message")]


async def say(user: ApiClient, room_id: str, text: str) -> None:
    (await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()


async def test_rooms_of_ghosts_are_told_in_order_while_a_ghost_is_there(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id, elsewhere = await create(alice, preset="public_chat"), await create(alice)
    await say(alice, room_id, "before the ghost")
    await say(alice, elsewhere, "in another room")
    (await join(ghost, room_id)).ok()
    for number in range(5):
        await say(alice, room_id, f"number {number}")
    (await act(ghost, room_id, "leave")).ok()
    await say(alice, room_id, "after the ghost")
    await services.appservices.senders.until_idle()

    assert texts(bridge) == [f"number {number}" for number in range(5)]
    memberships = [event["content"]["membership"] for event in bridge.of_type("m.room.member")]
    assert memberships == ["join", "leave"]
    assert {event["room_id"] for event in bridge.events} == {room_id}
    ids = [int(txn_id) for txn_id, _ in bridge.transactions]
    assert ids == sorted(set(ids))
    joined = bridge.of_type("m.room.member")[0]
    assert joined["state_key"] == ghost.user_id
    assert "membership" not in joined["unsigned"]


async def test_changes_of_ghosts_are_told_where_no_ghost_is(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    """Of a ghost that is not registered, too; but not of users of other servers whose names would fit."""
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id = await create(alice)
    (await act(alice, room_id, "invite", ghost.user_id)).ok()
    (await act(alice, room_id, "kick", ghost.user_id)).ok()
    (await act(alice, room_id, "ban", "@_irc_foreign:elsewhere.org")).ok()
    (await act(alice, room_id, "invite", "@_irc_nobody:example.org")).ok()
    await say(alice, room_id, "among people")
    await services.appservices.senders.until_idle()

    told = [(event["state_key"], event["content"]["membership"]) for event in bridge.events]
    assert told == [
        (ghost.user_id, "invite"),
        (ghost.user_id, "leave"),
        ("@_irc_nobody:example.org", "invite"),
    ]
    assert bridge.asked == ["/users/@_irc_nobody:example.org"]


@pytest.mark.parametrize(("failure", "missed"), [("refuses", 5), ("is gone", 150)])
async def test_what_an_application_service_missed_arrives_once_and_in_order_when_it_is_back(
    bridge: ApplicationService,
    client: ApiClient,
    alice: ApiClient,
    services: Services,
    clock: FakeClock,
    failure: str,
    missed: int,
) -> None:
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id = await create(alice, preset="public_chat")
    (await join(ghost, room_id)).ok()
    await services.appservices.senders.until_idle()
    if failure == "refuses":
        bridge.status = 500
    else:
        await bridge.stop()
    before = len(bridge.attempts)
    await say(alice, room_id, "first")
    await services.appservices.senders.until_idle()
    for number in range(missed):
        await say(alice, room_id, str(number))
    await services.appservices.senders.until_idle()
    (failing, lag) = [sample.value for sample in appservice_samples(services.appservices.senders)]
    assert (failing, lag > missed) == (1, True)
    assert texts(bridge) == []
    assert len(bridge.attempts) - before == (1 if failure == "refuses" else 0)

    bridge.status = 200
    if failure == "is gone":
        await bridge.start()
    clock.advance(1_000)
    services.appservices.senders.look()
    await bridge.until(lambda: len(texts(bridge)) == missed + 1)
    await services.appservices.senders.until_idle()
    assert texts(bridge) == ["first", *map(str, range(missed))]
    assert max(len(body["events"]) for _, body in bridge.transactions) <= 100
    ids = [int(txn_id) for txn_id, _ in bridge.transactions]
    assert ids == sorted(set(ids))


async def test_back_off_grows_and_a_ping_ends_it(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id = await create(alice, preset="public_chat")
    bridge.status = 503
    (await join(ghost, room_id)).ok()
    await bridge.until_attempts(1)
    for waited_ms in (1_000, 2_000, 4_000):
        await services.appservices.senders.until_idle()
        attempts = len(bridge.attempts)
        clock.advance(waited_ms - 1)
        services.appservices.senders.look()
        await services.appservices.senders.until_idle()
        assert len(bridge.attempts) == attempts
        clock.advance(1)
        services.appservices.senders.look()
        await bridge.until_attempts(attempts + 1)
    await services.appservices.senders.until_idle()
    assert len(set(bridge.attempts)) == 1

    bridge.status = 200
    bridge.answers["/ping"] = (200, {})
    path = "/_matrix/client/v1/appservice/irc/ping"
    reply = await client.with_token(bridge.as_token).post(path, {"transaction_id": "meow"})
    assert reply.ok()["duration_ms"] >= 0
    await bridge.until(lambda: bridge.transactions)


async def test_a_transaction_of_unknown_outcome_is_the_same_after_a_restart(
    bridge: ApplicationService, settings: Settings, clock: FakeClock
) -> None:
    """The answer is lost, and the server is started again: same id, same events, and nothing else first."""
    async with aiohttp.ClientSession() as session:
        async with running_server(settings, clock) as server:
            client = ApiClient(session, server.listeners.base_urls[0])
            alice = await client.register("alice")
            ghost = await make_ghost(client, bridge, "_irc_bob")
            room_id = await create(alice, preset="public_chat")
            (await join(ghost, room_id)).ok()
            await server.services.appservices.senders.until_idle()
            bridge.open.clear()
            await say(alice, room_id, "one")
            await bridge.until_attempts(2)
            await say(alice, room_id, "two")
        bridge.open.set()
        async with running_server(settings, clock) as server:
            await bridge.until(lambda: "two" in texts(bridge))
    sent = [body["events"] for _, body in bridge.transactions]
    by_id = bodies_by_attempt(bridge.transactions)
    assert bridge.attempts[1] == bridge.attempts[2]
    repeated = by_id[bridge.attempts[1]]
    assert [[e["content"]["body"] for e in body["events"]] for body in repeated] in ([["one"]], [["one"]] * 2)
    assert [e["content"]["body"] for e in sent[-1]] == ["two"]


async def test_stalled_application_service_slows_nothing_down(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id = await create(alice, preset="public_chat")
    (await join(ghost, room_id)).ok()
    await services.appservices.senders.until_idle()
    bridge.open.clear()
    for number in range(20):
        await say(alice, room_id, str(number))
    synced = (await alice.get("/sync")).ok()
    assert synced["rooms"]["join"][room_id]["timeline"]["events"][-1]["content"]["body"] == "19"
    assert texts(bridge) == []
    bridge.open.set()
    await bridge.until(lambda: texts(bridge) == [str(number) for number in range(20)])


async def test_receipts_typing_and_presence_are_told_with_their_rooms(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    """Private receipts only of ghosts, typing and receipts only of rooms with ghosts."""
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id, elsewhere = await create(alice, preset="public_chat"), await create(alice)
    (await join(ghost, room_id)).ok()
    for room in (room_id, elsewhere):
        event_id = (await send(alice, room, {"msgtype": "m.text", "body": "hi"})).ok()["event_id"]
        (await alice.post(f"/rooms/{room}/receipt/m.read/{event_id}")).ok()
        (await alice.post(f"/rooms/{room}/receipt/m.read.private/{event_id}")).ok()
        (await alice.put(f"/rooms/{room}/typing/{alice.user_id}", {"typing": True, "timeout": 30000})).ok()
    event_id = (await send(alice, room_id, {"msgtype": "m.text", "body": "hi"})).ok()["event_id"]
    (await ghost.post(f"/rooms/{room_id}/receipt/m.read.private/{event_id}")).ok()
    (await alice.put(f"/presence/{alice.user_id}/status", {"presence": "online"})).ok()
    await bridge.until(lambda: bridge.of_type("m.presence", "ephemeral"))
    await bridge.until(lambda: len(bridge.of_type("m.receipt", "ephemeral")) > 1)
    await services.appservices.senders.until_idle()

    receipts = bridge.of_type("m.receipt", "ephemeral")
    assert {event["room_id"] for event in receipts} == {room_id}
    kinds = {
        (kind, user) for event in receipts for by_kind in event["content"].values()
        for kind, users in by_kind.items() for user in users
    }  # fmt: skip
    assert kinds == {("m.read", alice.user_id), ("m.read.private", ghost.user_id)}
    typing = bridge.of_type("m.typing", "ephemeral")
    assert {event["room_id"] for event in typing} == {room_id}
    assert typing[0]["content"] == {"user_ids": [alice.user_id]}
    presence = bridge.of_type("m.presence", "ephemeral")[-1]
    assert (presence["sender"], presence["content"]["presence"]) == (alice.user_id, "online")


async def test_room_is_told_of_from_its_alias_in_the_namespace_on(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    room_id = await create(alice)
    await say(alice, room_id, "before")
    await services.appservices.senders.until_idle()
    bot = acting_as(client, bridge, "_irc_bot")
    (await bot.put("/directory/room/%23_irc_chan:example.org", {"room_id": room_id})).ok()
    await say(alice, room_id, "after")
    (await set_state(alice, room_id, "m.room.name", {"name": "New"})).ok()
    (await set_state(alice, room_id, "m.room.name", {"name": "Newer"})).ok()
    await services.appservices.senders.until_idle()
    assert texts(bridge) == ["after"]
    assert bridge.events[-1]["unsigned"]["prev_content"] == {"name": "New"}


async def test_old_application_service_is_asked_by_old_paths(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    bridge.legacy = True
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id = await create(alice, preset="public_chat")
    (await join(ghost, room_id)).ok()
    await services.appservices.senders.until_idle()
    assert bridge.events[-1]["state_key"] == ghost.user_id


async def test_of_two_workers_one_sends_and_the_other_takes_over(
    bridge: ApplicationService, settings: Settings, clock: FakeClock
) -> None:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as second:
        async with running_server(settings, clock) as server:
            client = ApiClient(session, server.listeners.base_urls[0])
            alice = await client.register("alice")
            ghost = await make_ghost(client, bridge, "_irc_bob")
            room_id = await create(alice, preset="public_chat")
            (await join(ghost, room_id)).ok()
            await server.services.appservices.senders.until_idle()
            other = await second.enter_async_context(running_server(settings, clock))
            elsewhere = replace(alice, base_url=other.listeners.base_urls[0])
            await say(elsewhere, room_id, "through the other")
            await bridge.until(lambda: texts(bridge) == ["through the other"])  # not answered yet
        other.services.appservices.senders.look()
        await say(elsewhere, room_id, "after the first has gone")
        await bridge.until(lambda: len(texts(bridge)) == 2)
    assert texts(bridge) == ["through the other", "after the first has gone"]
