"""Servers that hand out more than what is missing."""

import asyncio

import pytest

from homeserver.storage.events import EventStatus, select_events
from tests.api.client import ApiClient
from tests.federation.handshakes.rooms_of_two import VERSIONS, join_via
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom
from tests.support.federation_servers import FederationServer

MISSING_EVENTS = "/_matrix/federation/v1/get_missing_events/{roomId}"


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_was_before_the_join_is_not_taken_for_news(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, version)
    room.serve_on(fake_peer)
    creator = fake_peer.user("creator")
    before = [room.events[event_id] for event_id in room.state.values()]
    (await join_via(alice, room.id, fake_peer.name)).ok()
    missed, sent = room.message(creator, "missed"), room.message(creator, "sent")
    everything = [pdu.json for pdu in room.events.values() if pdu.event_id != sent.event_id]
    fake_peer.answer(MISSING_EVENTS, {"events": everything})
    (await fake_peer.send_transaction(one_server.name, [sent.json])).ok()
    await until_shown(alice, room.id, sent.event_id)
    async with one_server.services.db.acquire() as conn:
        found = await select_events(conn, [missed.event_id, sent.event_id])
        earlier = await select_events(conn, [pdu.event_id for pdu in before])
    assert {event.status for event in found.values()} == {EventStatus.ACCEPTED}
    assert {event.position for event in earlier.values()} == {None}


async def until_shown(user: ApiClient, room_id: str, event_id: str) -> None:
    """Wait until a user's sync shows an event."""
    since: dict[str, str] = {}
    async with asyncio.timeout(60):
        while True:
            body = (await user.get("/sync", timeout=500, **since)).ok()
            room = body["rooms"]["join"].get(room_id, {"timeline": {"events": []}})
            if any(event["event_id"] == event_id for event in room["timeline"]["events"]):
                return
            since = {"since": body["next_batch"]}
