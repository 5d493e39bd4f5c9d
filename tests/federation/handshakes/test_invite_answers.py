"""What another server answers to our invite of its user decides whether it is sent."""

import orjson
from aiohttp import web

from federation.protocol.event_signatures import add_event_signature
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import generate_signing_key
from homeserver.json_types import JsonObject
from tests.api.room_calls import act, create
from tests.federation.handshakes.rooms_of_two import VERSIONS, members
from tests.support.fake_peer import FakePeer, PeerAnswer, PeerRequest
from tests.support.federation_servers import FederationServer

INVITE = "/_matrix/federation/v2/invite/{roomId}/{eventId}"
OLD_INVITE = "/_matrix/federation/v1/invite/{roomId}/{eventId}"


def signed(peer: FakePeer, version: str, event: JsonObject) -> JsonObject:
    return add_event_signature(ROOM_VERSIONS[version], event, peer.name, peer.key)


async def test_invite_is_sent_with_the_signature_of_the_invited_users_server(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    target = fake_peer.user("bob")

    def sign(request: PeerRequest) -> PeerAnswer:
        return {"event": signed(fake_peer, request.body["room_version"], request.body["event"])}

    fake_peer.answer(INVITE, sign)
    for version in VERSIONS:
        room_id = await create(alice, room_version=version, name="Secret")
        assert (await act(alice, room_id, "invite", target)).status == 200
        assert (await members(alice, room_id))[target] == "invite"
        body = fake_peer.requests_for(INVITE)[-1].body
        assert (body["room_version"], body["event"]["state_key"]) == (version, target)
        shown = {event["type"]: event for event in body["invite_room_state"]}
        assert shown["m.room.create"]["signatures"].keys() == {one_server.name}
        assert shown["m.room.name"]["content"] == {"name": "Secret"}
        assert shown["m.room.member"]["sender"] == alice.user_id
        event_id = fake_peer.requests_for(INVITE)[-1].params["eventId"]
        stored = (await alice.get(f"/rooms/{room_id.replace('!', '%21')}/event/{event_id}")).ok()
        assert stored["state_key"] == target


async def test_invite_that_is_not_signed_as_asked_is_not_sent(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice)
    target = fake_peer.user("bob")
    stranger = generate_signing_key(fake_peer.key.version, bytes(32))

    def unsigned(request: PeerRequest) -> PeerAnswer:
        return {"event": request.body["event"]}

    def by_another_key(request: PeerRequest) -> PeerAnswer:
        version = ROOM_VERSIONS[request.body["room_version"]]
        return {"event": add_event_signature(version, request.body["event"], fake_peer.name, stranger)}

    def of_another_event(request: PeerRequest) -> PeerAnswer:
        event = {**request.body["event"], "content": {"membership": "join"}}
        return {"event": signed(fake_peer, request.body["room_version"], event)}

    def nonsense(request: PeerRequest) -> PeerAnswer:
        return {"event": "signed"}

    for lie in (unsigned, by_another_key, of_another_event, nonsense):
        fake_peer.answer(INVITE, lie)
        reply = await act(alice, room_id, "invite", target)
        assert (reply.status, reply.errcode) == (400, "M_BAD_JSON")
    assert await members(alice, room_id) == {alice.user_id: "join"}


async def test_refusal_of_an_invite_is_passed_on_if_it_concerns_the_user(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice)
    cases: list[tuple[int, str, int, str]] = [
        (403, "M_FORBIDDEN", 403, "M_FORBIDDEN"),
        (403, "M_INVITE_BLOCKED", 403, "M_INVITE_BLOCKED"),
        (400, "M_INCOMPATIBLE_ROOM_VERSION", 400, "M_UNSUPPORTED_ROOM_VERSION"),
        (400, "M_INVALID_PARAM", 502, "M_UNKNOWN"),
        (400, "M_MISSING_PARAM", 502, "M_UNKNOWN"),
        (500, "M_UNKNOWN", 502, "M_UNKNOWN"),
        (403, "not a code", 502, "M_UNKNOWN"),
    ]
    for status, errcode, shown_status, shown in cases:
        fake_peer.answer(INVITE, (status, {"errcode": errcode, "error": "no"}))
        reply = await act(alice, room_id, "invite", fake_peer.user("bob"))
        assert (reply.status, reply.errcode) == (shown_status, shown), errcode


async def test_server_that_knows_old_invites_only_is_asked_in_the_old_way(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    target = fake_peer.user("bob")

    def sign(request: PeerRequest) -> PeerAnswer:
        event = {key: value for key, value in request.body.items() if key != "unsigned"}
        assert isinstance(request.body["unsigned"]["invite_room_state"], list)
        return _old_answer({"event": signed(fake_peer, "1", event)})

    fake_peer.answer(INVITE, (404, {"errcode": "M_UNRECOGNIZED", "error": "no"}))
    fake_peer.answer(OLD_INVITE, sign)
    old, new = await create(alice, room_version="1"), await create(alice, room_version="11")
    assert (await act(alice, old, "invite", target)).status == 200
    assert (await act(alice, new, "invite", target)).status == 404
    assert len(fake_peer.requests_for(OLD_INVITE)) == 1


def _old_answer(body: JsonObject) -> PeerAnswer:
    return web.Response(body=orjson.dumps([200, body]), content_type="application/json")
