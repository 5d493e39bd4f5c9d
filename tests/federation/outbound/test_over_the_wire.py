"""The whole way out: from the client API of a running server to a peer over TLS."""

import pytest

from federation.protocol.event_signatures import check_event_signature
from federation.protocol.ids import UserId
from homeserver.clock import Clock
from tests.support.fake_clock import FakeClock
from tests.support.fake_peer import FakePeer, PeerRequest
from tests.support.federation_servers import FederationServer
from tests.support.rooms import make_room

SEND = "/_matrix/federation/v1/send/{txnId}"


@pytest.fixture
def server_clock(clock: FakeClock) -> Clock:
    return clock


def has_message(request: PeerRequest) -> bool:
    return any(pdu["type"] == "m.room.message" for pdu in request.body["pdus"])


async def test_message_reaches_a_peer_signed(one_server: FederationServer, fake_peer: FakePeer) -> None:
    fake_peer.accept_transactions()
    alice = await one_server.user("alice")
    rooms = one_server.services.rooms
    room = await make_room(rooms, UserId(alice.user_id), members=[fake_peer.user("bob")])
    await alice.put(f"/rooms/{room.room_id}/send/m.room.message/1", {"msgtype": "m.text", "body": "hello"})
    request = await fake_peer.wait_for_request(SEND, has_message)
    assert request.origin == one_server.name
    pdu = request.body["pdus"][-1]
    key = rooms.author.key
    check_event_signature(room.version, pdu, one_server.name, key.key_id, key.public_key)
    samples = {(s.name, s.labels.get("outcome")): s.value for s in one_server.services.gauges.samples()}
    assert ("federation_outbound_transactions", "delivered") in samples


async def test_peer_that_returns_and_speaks_gets_what_it_missed(
    one_server: FederationServer, fake_peer: FakePeer, clock: FakeClock
) -> None:
    fake_peer.answer(SEND, (502, {}))
    alice = await one_server.user("alice")
    room = await make_room(one_server.services.rooms, UserId(alice.user_id), members=[fake_peer.user("bob")])
    await alice.put(f"/rooms/{room.room_id}/send/m.room.message/1", {"msgtype": "m.text", "body": "hello"})
    await fake_peer.wait_for_request(SEND)
    await one_server.stop()
    await one_server.start()
    before = len(fake_peer.requests_for(SEND))
    fake_peer.accept_transactions()
    clock.advance(31_000)
    await fake_peer.get(one_server.name, "/_matrix/federation/v1/query/profile", user_id=alice.user_id)
    await fake_peer.wait_for_request(
        SEND, lambda request: fake_peer.requests_for(SEND).index(request) >= before and has_message(request)
    )
