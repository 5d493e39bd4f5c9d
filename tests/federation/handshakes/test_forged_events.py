"""Servers that hand forged member events to us: nothing is stored, and nothing gets our signature."""

from urllib.parse import quote

import pytest

from federation.protocol.ids import EventId, RoomId, UserId
from federation.protocol.pdu import Pdu
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, set_state
from tests.api.sliding_calls import Slider
from tests.federation.handshakes.forged import put_event, put_invite
from tests.federation.handshakes.rooms_of_two import VERSIONS, event_of, members, until_in_section
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom, join_through
from tests.support.federation_servers import FederationServer

V1 = "/_matrix/federation/v1"


async def template(
    peer: FakePeer, server: FederationServer, what: str, room_id: str, user_id: str, *versions: str
) -> Reply:
    path = f"{V1}/{what}/{quote(room_id, safe='')}/{quote(user_id, safe='')}"
    return await peer.request("GET", server.name, path, query=[("ver", v) for v in versions])


async def drafted_join(
    peer: FakePeer, server: FederationServer, room_id: str, localpart: str = "mallory"
) -> tuple[FakeRoom, Pdu]:
    """Have a room of the server as the peer sees it, with a user's join that is not sent yet."""
    room = await join_through(peer, server.name, room_id, peer.user("first"))
    answer = (await template(peer, server, "make_join", room_id, peer.user(localpart), *VERSIONS)).ok()
    return room, room.from_template(answer["event"], peer.user(localpart))


async def test_template_is_given_for_own_users_known_rooms_and_known_versions_only(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat", room_version="11")
    user = fake_peer.user("mallory")
    for what in ("make_join", "make_leave", "make_knock"):
        reply = await template(fake_peer, one_server, what, room_id, alice.user_id, *VERSIONS)
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
        reply = await template(fake_peer, one_server, what, "!none:example.org", user, *VERSIONS)
        assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")
        assert (await template(fake_peer, one_server, what, "nonsense", user, "11")).status == 400
    for what, versions in (("make_join", ("6", "12")), ("make_knock", ("6",)), ("make_join", ())):
        reply = await template(fake_peer, one_server, what, room_id, user, *versions)
        assert (reply.status, reply.errcode) == (400, "M_INCOMPATIBLE_ROOM_VERSION")
        assert reply.json["room_version"] == "11"
    reply = await template(fake_peer, one_server, "make_knock", room_id, user)
    assert (reply.status, reply.errcode) == (400, "M_MISSING_PARAM")


async def test_template_is_given_only_while_somebody_of_this_server_is_in_the_room(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat")
    user = fake_peer.user("mallory")
    (await template(fake_peer, one_server, "make_join", room_id, user, *VERSIONS)).ok()
    (await act(alice, room_id, "leave")).ok()
    reply = await template(fake_peer, one_server, "make_join", room_id, user, *VERSIONS)
    assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")
    (await act(alice, room_id, "join")).ok()


@pytest.mark.parametrize("what", ["v1/send_join", "v2/send_join", "v2/send_leave", "v1/send_knock"])
async def test_event_that_is_not_canonical_json_is_refused_as_bad_json(
    one_server: FederationServer, fake_peer: FakePeer, what: str
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat", room_version="6")
    for value in (1.5, 2**53):
        event: JsonObject = {"type": "m.room.member", "room_id": room_id, "content": {"n": value}}
        reply = await put_event(fake_peer, one_server, what, event)
        assert (reply.status, reply.errcode) == (400, "M_BAD_JSON")
    room = FakeRoom.of(fake_peer, "6")
    invite = {**invite_of(room, fake_peer.user("creator"), alice.user_id).json, "n": 1.5}
    reply = await put_invite(fake_peer, one_server, room, invite)
    assert (reply.status, reply.errcode) == (400, "M_BAD_JSON")


@pytest.mark.parametrize("version", ["6", "12"])
async def test_cve_2019_18835_join_that_is_not_signed_by_its_server_is_refused(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat", room_version=version)
    _, join = await drafted_join(fake_peer, one_server, room_id)
    unsigned: JsonObject = {**join.json, "signatures": {}}
    by_other = {**join.json, "signatures": {"example.org": {"ed25519:a": "c2lnbmF0dXJl"}}}
    broken = {**join.json, "signatures": {fake_peer.name: {fake_peer.key.key_id: "c2lnbmF0dXJl"}}}
    bare, broken_bare = ({k: v for k, v in e.items() if k != "hashes"} for e in (unsigned, broken))
    for what in ("v1/send_join", "v2/send_join"):
        for forged in (unsigned, by_other, broken, bare, broken_bare):
            reply = await put_event(fake_peer, one_server, what, forged, event_id=join.event_id)
            assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    assert await members(alice, room_id) == {alice.user_id: "join", fake_peer.user("first"): "join"}
    reply = await put_event(fake_peer, one_server, "v2/send_join", join)
    assert reply.ok()["event"] == join.json


@pytest.mark.parametrize("version", ["6", "12"])
async def test_cve_2020_26257_event_of_another_room_or_id_than_the_path_is_refused(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat", room_version=version)
    other = await create(alice, preset="public_chat", room_version=version)
    room, join = await drafted_join(fake_peer, one_server, room_id)
    for what in ("v1/send_join", "v2/send_join"):
        for names in ({"room_id": other}, {"event_id": "$another"}, {"event_id": room.heads[0]}):
            reply = await put_event(fake_peer, one_server, what, join, **names)
            assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")


async def test_cve_2019_18835_cve_2020_26257_forged_leaves_and_knocks_are_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id, other = [await create(alice, preset="public_chat") for _ in range(2)]
    first, mallory = fake_peer.user("first"), fake_peer.user("mallory")
    room = await join_through(fake_peer, one_server.name, room_id, first)
    (await set_state(alice, room_id, "m.room.join_rules", {"join_rule": "knock"})).ok()
    leave = (await template(fake_peer, one_server, "make_leave", room_id, first)).ok()
    knock = (await template(fake_peer, one_server, "make_knock", room_id, mallory, *VERSIONS)).ok()
    kinds = (
        ("v1/send_leave", leave, first),
        ("v2/send_leave", leave, first),
        ("v1/send_knock", knock, mallory),
    )
    for what, made, user in kinds:
        pdu = room.from_template(made["event"], user)
        by_other = {"example.org": {"ed25519:a": "c2lnbmF0dXJl"}}
        broken = {fake_peer.name: {fake_peer.key.key_id: "c2lnbmF0dXJl"}}
        for signatures in ({}, by_other, broken):
            event: JsonObject = {**pdu.json, "signatures": signatures}
            reply = await put_event(fake_peer, one_server, what, event, event_id=pdu.event_id)
            assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN"), what
        for names in ({"room_id": other}, {"event_id": "$another"}, {"event_id": room.heads[0]}):
            reply = await put_event(fake_peer, one_server, what, pdu, **names)
            assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM"), what
    assert await members(alice, room_id) == {alice.user_id: "join", first: "join"}


async def test_member_event_of_the_wrong_kind_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat")
    room, join = await drafted_join(fake_peer, one_server, room_id)
    first, mallory = fake_peer.user("first"), fake_peer.user("mallory")
    name = room.draft(first, "m.room.name", {"name": "mine"}, "")
    for_other = room.draft(first, "m.room.member", {"membership": "join"}, mallory)
    invite = room.draft(first, "m.room.member", {"membership": "invite"}, mallory)
    leave = room.draft(first, "m.room.member", {"membership": "leave"}, first)
    for what in ("v2/send_join", "v2/send_leave", "v1/send_knock"):
        wrong = [name, for_other, invite] + ([leave] if what != "v2/send_leave" else [join])
        for pdu in wrong:
            reply = await put_event(fake_peer, one_server, what, pdu)
            assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM"), what
    changed = room.tampered(join, rehash=False, content={"membership": "join", "displayname": "x"})
    reply = await put_event(fake_peer, one_server, "v2/send_join", changed, event_id=join.event_id)
    assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")
    assert (await put_event(fake_peer, one_server, "v2/send_leave", leave)).json == {}
    assert await members(alice, room_id) == {alice.user_id: "join", first: "leave"}


async def test_join_that_the_room_does_not_allow_is_neither_stored_nor_answered_with_the_state(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat")
    _, join = await drafted_join(fake_peer, one_server, room_id)
    (await act(alice, room_id, "ban", fake_peer.user("mallory"))).ok()
    for _ in range(2):
        reply = await put_event(fake_peer, one_server, "v2/send_join", join)
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
        assert "state" not in reply.json
    assert (await members(alice, room_id))[fake_peer.user("mallory")] == "ban"


async def test_join_that_refers_to_unknown_events_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room_id = await create(alice, preset="public_chat")
    room, join = await drafted_join(fake_peer, one_server, room_id)
    pdu = room.draft(fake_peer.user("first"), "m.room.message", {"body": "unsent"})
    after_unsent = room.from_template({**join.json, "prev_events": [pdu.event_id]}, fake_peer.user("mallory"))
    reply = await put_event(fake_peer, one_server, "v2/send_join", after_unsent)
    assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")


async def test_restricted_join_without_its_condition_is_not_signed_by_us(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    space, room_id = await create(alice, preset="public_chat"), await create(alice, preset="public_chat")
    room, join = await drafted_join(fake_peer, one_server, room_id)
    rules: JsonObject = {
        "join_rule": "restricted",
        "allow": [{"type": "m.room_membership", "room_id": space}],
    }
    (await set_state(alice, room_id, "m.room.join_rules", rules)).ok()
    claiming = room.from_template(
        {
            **join.json,
            "content": {"membership": "join", "join_authorised_via_users_server": alice.user_id},
        },
        fake_peer.user("mallory"),
    )
    reply = await put_event(fake_peer, one_server, "v2/send_join", claiming)
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    assert fake_peer.user("mallory") not in await members(alice, room_id)


def invite_of(room: FakeRoom, sender: UserId, target: str, **changes: object) -> Pdu:
    return room.draft(sender, "m.room.member", {"membership": "invite", **changes}, target)


@pytest.mark.parametrize("version", ["6", "12"])
async def test_cve_2025_68667_only_an_invite_of_our_user_gets_our_signature(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, version)
    creator = fake_peer.user("creator")
    good = invite_of(room, creator, alice.user_id)
    other = FakeRoom.of(fake_peer, version, creator="other")
    forged: list[Pdu] = [
        room.draft(creator, "m.room.member", {"membership": "join"}, alice.user_id),
        room.draft(creator, "m.room.member", {"membership": "ban"}, alice.user_id),
        room.draft(creator, "m.room.power_levels", {"membership": "invite"}, alice.user_id),
        room.draft(creator, "m.room.member", {"membership": "invite"}),
        invite_of(room, creator, fake_peer.user("somebody")),
        invite_of(room, creator, "nobody"),
    ]
    for pdu in forged:
        reply = await put_invite(fake_peer, one_server, room, pdu)
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")
        assert b"signatures" not in reply.body
    as_alice = room.tampered(good, resign=False, sender=alice.user_id)
    room.keys[one_server.name] = fake_peer.key
    by_alice = invite_of(room, UserId(alice.user_id), alice.user_id)
    for event, event_id in ((as_alice, good.event_id), (by_alice.json, by_alice.event_id)):
        assert (await put_invite(fake_peer, one_server, room, event, event_id=event_id)).status in (400, 403)
    for names in ({"event_id": other.heads[0]}, {"room_id": other.id}):
        reply = await put_invite(fake_peer, one_server, room, good, **names)
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")
    unsigned: JsonObject = {**good.json, "signatures": {}}
    reply = await put_invite(fake_peer, one_server, room, unsigned, event_id=good.event_id)
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    assert (await alice.get("/sync", timeout=0)).ok()["rooms"]["invite"] == {}
    answer = (await put_invite(fake_peer, one_server, room, good)).ok()
    assert set(answer["event"]["signatures"]) == {fake_peer.name, one_server.name}
    assert {**answer["event"], "signatures": {}} == {**good.json, "signatures": {}}


async def test_cve_2023_32323_state_shown_with_an_invite_is_bounded(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer)
    create_event = room.events[room.state["m.room.create", ""]].json
    large: JsonObject = {
        "type": "m.room.topic",
        "state_key": "",
        "sender": fake_peer.user("creator"),
        "content": {"topic": "x" * 60_000},
    }
    invite = invite_of(room, fake_peer.user("creator"), alice.user_id)
    many = [create_event] * 51
    assert (await put_invite(fake_peer, one_server, room, invite, invite_room_state=many)).status == 400
    state = [create_event, *[{**large, "state_key": str(n)} for n in range(5)]]
    assert (await put_invite(fake_peer, one_server, room, invite, invite_room_state=state)).status == 200
    shown = await until_in_section(alice, room.id, "invite")
    kept = [e for e in shown["invite_state"]["events"] if e["type"] == "m.room.topic"]
    assert 0 < len(kept) < 3


@pytest.mark.parametrize("version", ["6", "12"])
async def test_cve_2024_52815_state_shown_with_an_invite_that_is_no_list_does_no_harm(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, version)
    for odd in ("nonsense", {"a": 1}, 5, True):
        invite = invite_of(room, fake_peer.user("creator"), alice.user_id)
        reply = await put_invite(fake_peer, one_server, room, invite, invite_room_state=odd)
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")
        assert (await alice.get("/sync", timeout=0)).status == 200
    create_event = room.events[room.state["m.room.create", ""]].json
    mixed: list[object] = [create_event, None, 5, [], {"type": "m.room.name"}, {"type": 5}]
    invite = invite_of(room, fake_peer.user("creator"), alice.user_id)
    assert (await put_invite(fake_peer, one_server, room, invite, invite_room_state=mixed)).status == 200
    shown = await until_in_section(alice, room.id, "invite")
    types = [e["type"] for e in shown["invite_state"]["events"]]
    assert types == ["m.room.create", "m.room.member"]
    assert set(event_of(shown, "invite_state", "m.room.create")) == {"type", "state_key", "sender", "content"}
    slid = (await Slider(alice).sync())["rooms"][room.id]
    assert [e["type"] for e in slid["invite_state"]] == ["m.room.create", "m.room.member"]


async def test_invite_into_a_room_whose_id_is_another_create_events_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer)
    other = FakeRoom.of(fake_peer, creator="other")
    invite = invite_of(room, fake_peer.user("creator"), alice.user_id)
    foreign = other.events[other.state["m.room.create", ""]]
    create_event = room.events[room.state["m.room.create", ""]]
    unsigned = {**create_event.json, "signatures": {}}
    stripped = {key: create_event.json[key] for key in ("type", "state_key", "sender", "content")}
    for state in ([], [foreign.json], [unsigned], [stripped]):
        reply = await put_invite(fake_peer, one_server, room, invite, invite_room_state=state)
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")


async def test_invite_of_an_unknown_room_version_is_refused(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer)
    invite = invite_of(room, fake_peer.user("creator"), alice.user_id)
    path = f"/_matrix/federation/v2/invite/{quote(room.id, safe='')}/{invite.event_id}"
    for version in ("org.example.none", 12, None):
        body: JsonObject = {"room_version": version, "event": invite.json, "invite_room_state": []}
        reply = await fake_peer.put(one_server.name, path, body)
        assert (reply.status, reply.errcode) == (400, "M_INCOMPATIBLE_ROOM_VERSION")


async def test_old_invite_is_taken_for_a_room_of_an_old_version(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, "1")
    invite = invite_of(room, fake_peer.user("creator"), alice.user_id)
    path = f"{V1}/invite/{quote(room.id, safe='')}/{quote(invite.event_id, safe='')}"
    body: JsonObject = {**invite.json, "unsigned": {"invite_room_state": "no list"}}
    assert (await fake_peer.put(one_server.name, path, body)).status == 400
    body["unsigned"] = {"invite_room_state": []}
    reply = await fake_peer.put(one_server.name, path, body)
    assert reply.status == 200
    assert reply.body.startswith(b"[200,")
    await until_in_section(alice, room.id, "invite")


async def retract(
    peer: FakePeer, server: FederationServer, room: FakeRoom, sender: UserId, alice: ApiClient, cited: EventId
) -> None:
    """Have somebody kick an invited user, citing an invite."""
    auth = [*room.select_auth_events(sender, "m.room.name", {}, "", room.heads), cited]
    content: JsonObject = {"membership": "leave"}
    kick = room.draft(sender, "m.room.member", content, alice.user_id, auth_events=auth)
    await peer.send_transaction(server.name, [kick.json])


async def test_invite_is_retracted_by_nobody_but_who_made_it(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer)
    creator = fake_peer.user("creator")
    invite = invite_of(room, creator, alice.user_id)
    (await put_invite(fake_peer, one_server, room, invite)).ok()
    # A kick that does not cite the invite, and one of another room.
    await retract(fake_peer, one_server, room, creator, alice, room.heads[0])
    unsigned = room.draft(creator, "m.room.member", {"membership": "leave"}, alice.user_id)
    forged: JsonObject = {**unsigned.json, "auth_events": [invite.event_id]}
    await fake_peer.send_transaction(one_server.name, [forged])
    assert list((await alice.get("/sync", timeout=0)).ok()["rooms"]["invite"]) == [RoomId(room.id)]
    await retract(fake_peer, one_server, room, creator, alice, invite.event_id)
    assert (await alice.get("/sync", timeout=0)).ok()["rooms"]["invite"] == {}
