"""The instruments themselves: the peer says truly who it is, and its rooms keep to the rules."""

import pytest

from federation.protocol.auth_rules import check_auth_events, check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.event_signatures import check_event_signature
from federation.protocol.hashes import has_valid_content_hash
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import verify_json
from homeserver.json_types import JsonObject
from tests.support.fake_peer import KEY_PATH, FakePeer, PeerRequest
from tests.support.fake_room import FakeRoom


async def test_peer_answers_its_key_truly(fake_peer: FakePeer) -> None:
    keys = (await fake_peer.get(fake_peer.name, KEY_PATH)).ok()
    verify_json(keys, fake_peer.name, fake_peer.key.key_id, fake_peer.key.public_key)
    assert not fake_peer.requests


async def test_peer_answers_as_told_and_records_requests(fake_peer: FakePeer) -> None:
    async def echo(request: PeerRequest) -> JsonObject:
        return {"room": request.params["roomId"], "body": request.body}

    fake_peer.answer("/_matrix/federation/v1/echo/{roomId}", echo)
    reply = await fake_peer.post(fake_peer.name, "/_matrix/federation/v1/echo/%21a%2Fb", {"x": 1})
    assert reply.ok() == {"room": "!a/b", "body": {"x": 1}}
    request = await fake_peer.wait_for_request("/_matrix/federation/v1/echo/{roomId}")
    assert request.origin == fake_peer.name
    assert (await fake_peer.get(fake_peer.name, "/elsewhere")).errcode == "M_UNRECOGNIZED"


@pytest.mark.parametrize("version", ROOM_VERSIONS)
async def test_events_of_a_fake_room_pass_every_check(fake_peer: FakePeer, version: str) -> None:
    room = FakeRoom.of(fake_peer, version)
    creator, bob = fake_peer.user("creator"), fake_peer.user("bob")
    fork = room.message(creator)
    room.join(bob)
    room.message(creator, after=[fork.event_id])
    assert len(room.heads) == 2
    room.message(bob)
    for pdu in room.events.values():
        state = {key: room.events[i] for key, i in room.state_before(pdu.prev_events).items()}
        check_auth_events(room.version, pdu, room.events, ())
        check_state_dependent(room.version, pdu, state)
        assert has_valid_content_hash(room.version, pdu.json)
        key = fake_peer.key
        check_event_signature(room.version, pdu.json, fake_peer.name, key.key_id, key.public_key)
    spoiled = room.tampered(fork, resign=False, rehash=False, depth=5)
    assert not has_valid_content_hash(room.version, spoiled)
    with pytest.raises(AuthRuleError):
        check_state_dependent(room.version, room.draft(fake_peer.user("eve"), "m.x", {}), state)
