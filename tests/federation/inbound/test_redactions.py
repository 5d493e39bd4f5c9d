"""Redactions of others that have no effect: clients hear nothing of them, as long as they have none."""

import asyncio
from urllib.parse import quote

import pytest

from federation.protocol.ids import EventId, UserId, server_name_of
from federation.protocol.pdu import Pdu
from homeserver.storage.checks import run_checks
from homeserver.storage.events import EventStatus
from tests.api.client import ApiClient
from tests.api.room_calls import create, send
from tests.federation.inbound.test_over_http import shared_room
from tests.federation.inbound.world import BOB, World
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom, join_through
from tests.support.federation_servers import FederationServer
from tests.support.rooms import ALICE


def redact(seen: FakeRoom, target: EventId, after: list[EventId] | None = None) -> Pdu:
    """Add a redaction by bob, who has no power over the events of others."""
    return seen.add(seen.draft(BOB, "m.room.redaction", {}, redacts=target, after=after))


async def shown(alice: ApiClient, room_id: str, since: str, until: str) -> list[str]:
    """Return the ids of what syncs show after a token, up to an event."""
    found: list[str] = []
    async with asyncio.timeout(60):
        while until not in found:
            answer = (await alice.get("/sync", since=since, timeout="5000")).ok()
            since = answer["next_batch"]
            room = answer["rooms"]["join"].get(room_id, {"timeline": {"events": []}})
            found += [event["event_id"] for event in room["timeline"]["events"]]
    return found


async def test_clients_are_not_shown_redactions_without_effect(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice, room_id, seen = await shared_room(one_server, fake_peer)
    elsewhere = (await send(alice, await create(alice))).ok()["event_id"]
    own = seen.message(fake_peer.user("bob"))
    since = (await alice.get("/sync")).ok()["next_batch"]
    bob = fake_peer.user("bob")
    useless, useful = (
        seen.add(seen.draft(bob, "m.room.redaction", {}, redacts=EventId(target)))
        for target in (elsewhere, own.event_id)
    )
    last = seen.message(bob, "last")
    (await fake_peer.send_transaction(one_server.name, [e.json for e in (own, useless, useful, last)])).ok()
    expected = [own.event_id, useful.event_id, last.event_id]
    assert await shown(alice, room_id, since, last.event_id) == expected
    whole = (await alice.get("/sync")).ok()["rooms"]["join"][room_id]["timeline"]["events"]
    assert [event["event_id"] for event in whole][-3:] == expected
    page = (await alice.get(f"/rooms/{room_id}/messages", dir="b", limit="3")).ok()["chunk"]
    assert [event["event_id"] for event in page] == expected[::-1]
    assert (await alice.get(f"/rooms/{room_id}/event/{quote(useless.event_id)}")).status == 404
    path = f"/_matrix/federation/v1/event/{quote(useless.event_id)}"
    assert (await fake_peer.get(one_server.name, path)).ok(), "other servers may need it"


async def test_redaction_is_shown_once_what_it_names_is_there(world: World) -> None:
    _, seen = await world.make_room()
    fork = list(seen.heads)
    target = seen.message(BOB, after=fork)
    early = redact(seen, target.event_id, fork)
    await world.send([early])
    assert await world.status(early) is EventStatus.WITHHELD
    await world.send([target])
    assert await world.status(early) is EventStatus.ACCEPTED
    stored = await world.event(target.event_id)
    assert stored is not None
    assert stored.redacted_by is not None


async def test_room_goes_on_after_a_redaction_without_effect(world: World) -> None:
    room, seen = await world.make_room()
    useless = redact(seen, seen.state["m.room.power_levels", ""])
    await world.send([useless])
    withheld = await world.event(useless.event_id)
    assert withheld is not None
    assert withheld.position is not None
    await world.rooms.tailer.wait_for(withheld.position)
    assert list(await world.ctx.rooms.forward_extremities(room.room_id)) == [useless.event_id]
    after = seen.message(BOB)
    await world.send([after])
    stored = await world.event(after.event_id)
    assert stored is not None
    assert stored.on_main_line


@pytest.mark.parametrize("version", ["2", "3"])
async def test_redactions_were_authorised_by_their_effect_once(world: World, version: str) -> None:
    _, seen = await world.make_room(version)
    useless = redact(seen, seen.state["m.room.member", ALICE])
    await world.send([useless])
    expected = EventStatus.REJECTED if version == "2" else EventStatus.WITHHELD
    assert await world.status(useless) is expected
    assert not [finding for finding in await run_checks(world.rooms.db) if finding.rows]


async def test_synapse_1_2_1_redactions_that_lead_in_a_circle_end(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    """Senders chose the ids of their events in the first room versions, and so what redacts what."""
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat", room_version="2")
    bob = fake_peer.user("bob")
    seen = await join_through(fake_peer, one_server.name, room_id, bob)
    circle = _redactions_of_the_next(seen, bob, 3)
    last = seen.message(bob, "last")
    since = (await alice.get("/sync")).ok()["next_batch"]
    (await fake_peer.send_transaction(one_server.name, [e.json for e in (*circle, last)])).ok()
    assert last.event_id in await shown(alice, room_id, since, last.event_id)
    assert (await alice.get(f"/rooms/{quote(room_id)}/messages", dir="b")).status == 200
    for pdu in circle:
        path = f"/rooms/{quote(room_id)}/event/{quote(pdu.event_id)}"
        assert (await alice.get(path)).status in (200, 404)
        path = f"/_matrix/federation/v1/event/{quote(pdu.event_id)}"
        assert (await fake_peer.get(one_server.name, path)).status == 200
    assert {pdu.redacts for pdu in circle} == {pdu.event_id for pdu in circle}


def _redactions_of_the_next(seen: FakeRoom, sender: UserId, length: int) -> list[Pdu]:
    """Add redactions of which each redacts the one after it, and the last one the first."""
    earlier, number = [_number(seen.draft(sender, "m.room.redaction", {}).event_id) for _ in range(2)]
    step, server = number - earlier, server_name_of(sender)
    ids = [EventId(f"$event{number + step * (1 + n)}:{server}") for n in range(length)]
    return [
        seen.add(seen.draft(sender, "m.room.redaction", {}, redacts=redacted))
        for redacted in (*ids[1:], ids[0])
    ]


def _number(event_id: EventId) -> int:
    return int(event_id.removeprefix("$event").partition(":")[0])
