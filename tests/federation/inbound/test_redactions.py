"""Redactions of others that have no effect: clients hear nothing of them, as long as they have none."""

import asyncio
from urllib.parse import quote

import pytest

from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.storage.checks import run_checks
from homeserver.storage.events import EventStatus
from tests.api.client import ApiClient
from tests.api.room_calls import create, send
from tests.federation.inbound.test_over_http import shared_room
from tests.federation.inbound.world import BOB, World
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom
from tests.support.federation_servers import FederationServer
from tests.support.rooms import ALICE


def redact(seen: FakeRoom, target: EventId, after: list[EventId] | None = None) -> Pdu:
    """Add a redaction by bob, who has no power over the events of others."""
    return seen.add(seen.draft(BOB, "m.room.redaction", {}, redacts=target, after=after))


async def shown(alice: ApiClient, room_id: str, since: str, until: str) -> list[str]:
    """Return the ids of what syncs show after a token, up to an event."""
    found: list[str] = []
    async with asyncio.timeout(20):
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
