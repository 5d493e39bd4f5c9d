"""Rooms with a policy server: nothing is sent or shown that it does not recommend."""

from federation.protocol.event_signatures import check_event_signature
from federation.protocol.redaction import redact
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import SigningKey, encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject
from homeserver.storage.events import select_events
from tests.api.client import ApiClient
from tests.api.room_calls import create, send, set_state, state, timeline
from tests.federation.handshakes.rooms_of_two import until_member
from tests.support.fake_peer import FakePeer, PeerAnswer, PeerRequest
from tests.support.fake_room import FakeRoom, join_through
from tests.support.federation_servers import FederationServer

SIGN = "/_matrix/policy/v1/sign"
POLICY_KEY = generate_signing_key("policy_server", bytes(range(1, 33)))
VERSION = "12"


def recommend(peer: FakePeer, key: SigningKey = POLICY_KEY) -> None:
    """Let a peer sign every event that is not about spam."""

    def answer(request: PeerRequest) -> PeerAnswer:
        if "spam" in str(request.body["content"]):
            return 400, {"errcode": "M_FORBIDDEN", "error": "The message appears to contain possible spam"}
        signed: JsonObject = sign_json(redact(ROOM_VERSIONS[VERSION], request.body), peer.name, key)
        return {peer.name: {key.key_id: signed["signatures"][peer.name][key.key_id]}}

    peer.answer(SIGN, answer)


def policy(peer: FakePeer) -> JsonObject:
    return {"via": peer.name, "public_keys": {"ed25519": encode_base64(POLICY_KEY.public_key)}}


async def guarded_room(alice: ApiClient, server: FederationServer, peer: FakePeer) -> tuple[str, FakeRoom]:
    """Make a room of a server's user with a peer as its policy server."""
    peer.accept_transactions()
    room_id = await create(alice, preset="public_chat", room_version=VERSION)
    room = await join_through(peer, server.name, room_id, peer.user("policy"))
    (await set_state(alice, room_id, "m.room.policy", policy(peer))).ok()
    return room_id, room


async def test_event_is_signed_by_the_policy_server_before_it_is_sent(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    recommend(fake_peer)
    room_id, _ = await guarded_room(alice, one_server, fake_peer)
    assert fake_peer.requests_for(SIGN) == [], "the policy itself is not shown to the policy server"
    first = (await send(alice, room_id, txn_id="once")).ok()["event_id"]
    assert (await send(alice, room_id, txn_id="once")).ok()["event_id"] == first
    assert len(fake_peer.requests_for(SIGN)) == 1
    assert (await send(alice, room_id)).status == 200
    (await set_state(alice, room_id, "m.room.topic", {"topic": "guarded"})).ok()
    assert len(fake_peer.requests_for(SIGN)) == 3
    sync = (await alice.get("/sync", timeout=0)).ok()
    shown = {e["event_id"]: e for e in sync["rooms"]["join"][room_id]["timeline"]["events"]}
    assert shown[first]["unsigned"]["transaction_id"] == "once"
    async with one_server.services.db.acquire() as conn:
        stored = (await select_events(conn, [first]))[first].load()
    check_event_signature(
        ROOM_VERSIONS[VERSION], stored, fake_peer.name, POLICY_KEY.key_id, POLICY_KEY.public_key
    )


async def test_event_that_the_policy_server_refuses_is_not_sent(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    recommend(fake_peer)
    room_id, _ = await guarded_room(alice, one_server, fake_peer)
    reply = await send(alice, room_id, {"msgtype": "m.text", "body": "spam"})
    assert (reply.status, reply.errcode) == (400, "M_FORBIDDEN")
    assert reply.json["error"] == "The message appears to contain possible spam"
    reply = await set_state(alice, room_id, "m.room.topic", {"topic": "spam"})
    assert (reply.status, reply.errcode) == (400, "M_FORBIDDEN")
    assert "spam" not in str(await timeline(alice, room_id))


async def test_nothing_is_sent_while_the_policy_server_is_silent_until_the_room_drops_it(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id, _ = await guarded_room(alice, one_server, fake_peer)
    assert (await send(alice, room_id)).status == 404
    recommend(fake_peer, generate_signing_key("policy_server", bytes(32)))
    reply = await send(alice, room_id)
    assert (reply.status, reply.errcode) == (502, "M_UNKNOWN")
    (await set_state(alice, room_id, "m.room.policy", {})).ok()
    assert (await send(alice, room_id)).status == 200


async def test_policy_server_that_is_not_in_the_room_is_not_asked(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat", room_version=VERSION)
    contents: tuple[JsonObject, ...] = (
        policy(fake_peer),
        {"via": fake_peer.name},
        {"via": 5, "public_keys": []},
    )
    for content in contents:
        (await set_state(alice, room_id, "m.room.policy", content)).ok()
        assert (await send(alice, room_id)).status == 200
    assert fake_peer.requests_for(SIGN) == []


async def test_received_event_that_the_policy_server_does_not_recommend_is_not_shown(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    recommend(fake_peer)
    room_id, room = await guarded_room(alice, one_server, fake_peer)
    user = fake_peer.user("policy")
    await fake_peer.send_transaction(one_server.name, [room.message(user, "spam").json])
    await fake_peer.send_transaction(one_server.name, [room.message(user, "hello").json])
    name: JsonObject = {"membership": "join", "displayname": "Last"}
    await fake_peer.send_transaction(one_server.name, [room.send(user, "m.room.member", name, user).json])
    while (await state(alice, room_id, "m.room.member", user)).get("displayname") != "Last":
        await alice.get("/sync", timeout=100)
    bodies = [e["content"].get("body") for e in await timeline(alice, room_id)]
    assert "hello" in bodies
    assert "spam" not in bodies


async def test_join_that_the_policy_server_refuses_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    recommend(fake_peer)
    room_id, _ = await guarded_room(alice, one_server, fake_peer)
    await join_through(fake_peer, one_server.name, room_id, fake_peer.user("friend"))
    await until_member(alice, room_id, fake_peer.user("friend"), "join")
    assert len(fake_peer.requests_for(SIGN)) == 1


async def test_server_is_no_policy_server_itself(one_server: FederationServer, fake_peer: FakePeer) -> None:
    reply = await fake_peer.post(one_server.name, SIGN, {"type": "m.room.message"})
    assert (reply.status, reply.errcode) == (404, "M_UNRECOGNIZED")
