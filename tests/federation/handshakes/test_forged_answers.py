"""Servers that lie to whoever joins through them: nothing is signed, nothing is believed."""

import pytest

from federation.protocol.ids import RoomId, UserId
from homeserver.json_types import JsonObject
from tests.api.room_calls import act, room_path
from tests.federation.handshakes.forged import MAKE_JOIN, SEND_JOIN, Change, answer_join_with, put_invite
from tests.federation.handshakes.rooms_of_two import VERSIONS, join_via, knock_via, until_in_section
from tests.support.fake_peer import FakePeer
from tests.support.fake_room import FakeRoom
from tests.support.federation_servers import FederationServer


def event(**changes: object) -> Change:
    return lambda answer: answer["event"].update(changes)


@pytest.mark.parametrize("version", ["6", "12"])
async def test_cve_2026_24471_template_of_another_event_is_not_signed(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, version)
    lies: dict[str, Change] = {
        "type": event(type="m.room.power_levels"),
        "sender": event(sender=f"@admin:{one_server.name}"),
        "state_key": event(state_key=f"@admin:{one_server.name}"),
        "room": event(room_id="!another:example.org"),
        "membership": event(content={"membership": "ban"}),
        "no content": event(content=None),
        "no prev_events": event(prev_events=[]),
        "odd prev_events": event(prev_events=[5]),
        "many prev_events": event(prev_events=[f"$event{n}" for n in range(21)]),
        "odd auth_events": event(auth_events="all"),
        "negative depth": event(depth=-1),
        "huge depth": event(depth=2**63),
        "no event": lambda answer: answer.pop("event"),
        "unknown version": lambda answer: answer.update(room_version="org.example.none"),
        "odd version": lambda answer: answer.update(room_version=["12"]),
    }
    for name, lie in lies.items():
        template = room.join_template(alice.user_id)  # type: ignore[arg-type]
        lie(template)
        fake_peer.answer(MAKE_JOIN, template)
        reply = await join_via(alice, room.id, fake_peer.name)
        assert (reply.status, name) == (502, name)
    assert fake_peer.requests_for(SEND_JOIN) == []


async def test_cve_2026_24471_only_known_content_of_a_template_is_signed(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer)
    room.serve_on(fake_peer)
    template = room.join_template(alice.user_id)  # type: ignore[arg-type]
    template["event"]["content"] |= {"displayname": "Admin", "evil": True}
    template["event"] |= {"redacts": "$event", "unsigned": {}, "extra": 1}
    fake_peer.answer(MAKE_JOIN, template)
    (await join_via(alice, room.id, fake_peer.name)).ok()
    [sent] = fake_peer.requests_for(SEND_JOIN)
    assert sent.body["content"] == {"membership": "join", "displayname": "alice"}
    assert not sent.body.keys() & {"redacts", "unsigned", "extra", "origin"}


async def test_cve_2026_24471_templates_of_knocks_and_leaves_are_not_signed_as_they_are(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, join_rule="knock")
    create = room.events[room.state["m.room.create", ""]].json
    invite = room.draft(
        fake_peer.user("creator"), "m.room.member", {"membership": "invite"}, UserId(alice.user_id)
    )
    lies: dict[str, Change] = {
        "type": event(type="m.room.power_levels"),
        "sender": event(sender=f"@admin:{one_server.name}"),
        "state_key": event(state_key=f"@admin:{one_server.name}"),
        "room": event(room_id="!another:example.org"),
        "membership": event(content={"membership": "join"}),
    }
    for name, lie in lies.items():
        for membership in ("knock", "leave"):
            template = room.join_template(UserId(alice.user_id))
            template["event"]["content"] = {"membership": membership}
            lie(template)
            fake_peer.answer(f"/_matrix/federation/v1/make_{membership}/{{roomId}}/{{userId}}", template)
        assert (await knock_via(alice, room.id, fake_peer.name)).status == 502, name
    (await put_invite(fake_peer, one_server, room, invite, invite_room_state=[create])).ok()
    await until_in_section(alice, room.id, "invite")
    (await act(alice, room.id, "leave")).ok()
    assert len(fake_peer.requests_for("/_matrix/federation/v1/make_knock/{roomId}/{userId}")) == len(lies)
    assert len(fake_peer.requests_for("/_matrix/federation/v1/make_leave/{roomId}/{userId}")) == 1
    assert fake_peer.requests_for("/_matrix/federation/v1/send_knock/{roomId}/{eventId}") == []
    assert fake_peer.requests_for("/_matrix/federation/v2/send_leave/{roomId}/{eventId}") == []


@pytest.mark.parametrize("version", ["6", "12"])
async def test_join_answer_with_a_forged_state_is_not_believed(
    one_server: FederationServer, fake_peer: FakePeer, version: str
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, version)
    other = FakeRoom.of(fake_peer, version, creator="other")
    room.serve_on(fake_peer)
    create = room.events[room.state["m.room.create", ""]]
    state: list[JsonObject] = room.join_answer(room.state)["state"]
    banned = room.draft(fake_peer.user("creator"), "m.room.member", {"membership": "ban"}, alice.user_id)
    message = room.draft(fake_peer.user("creator"), "m.room.message", {"body": "no state"})
    second = room.draft(fake_peer.user("creator"), "m.room.join_rules", {"join_rule": "public"}, "")
    lies: dict[str, Change] = {
        "no create event": lambda answer: _without(answer, create.json),
        "create event of another room": lambda answer: _replaced(
            answer, create.json, other.events[other.state["m.room.create", ""]].json
        ),
        "create event changed": lambda answer: _replaced(
            answer, create.json, room.tampered(create, resign=False, content={"room_version": "11"})
        ),
        "the user is banned": lambda answer: answer["state"].append(banned.json),
        "no state": lambda answer: answer["state"].append(message.json),
        "two events for one key": lambda answer: answer["state"].append(second.json),
        "state is no list": lambda answer: answer.update(state={}),
        "auth_chain is no list": lambda answer: answer.update(auth_chain=None),
        "empty": lambda answer: answer.update(state=[], auth_chain=[]),
        "nonsense": lambda answer: answer.update(state=[5, None, "x", []]),
    }
    assert len(state) == 5
    for name, lie in lies.items():
        answer_join_with(fake_peer, room, lie)
        reply = await join_via(alice, room.id, fake_peer.name)
        assert (reply.status, name) == (502, name)
    assert (await alice.get("/joined_rooms")).ok() == {"joined_rooms": []}
    assert (await alice.get(room_path(room.id, "/state"))).status == 403


async def test_events_of_a_join_answer_that_are_not_validly_signed_are_left_out(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer)
    topic = room.send(fake_peer.user("creator"), "m.room.topic", {"topic": "true"}, "")
    room.serve_on(fake_peer)
    forged = room.tampered(topic, resign=False, sender=fake_peer.user("mallory"))
    answer_join_with(fake_peer, room, lambda answer: _replaced(answer, topic.json, forged))
    (await join_via(alice, room.id, fake_peer.name)).ok()
    assert (await alice.get(room_path(room.id, "/state/m.room.topic/"))).status == 404
    assert (await alice.get(room_path(room.id, "/state/m.room.join_rules/"))).status == 200


async def test_countersigned_event_that_is_not_ours_is_not_believed(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, "10")
    creator = fake_peer.user("creator")
    room.send(creator, "m.room.join_rules", {"join_rule": "restricted", "allow": []}, "")
    room.serve_on(fake_peer)
    template = room.join_template(alice.user_id)  # type: ignore[arg-type]
    template["event"]["content"]["join_authorised_via_users_server"] = creator
    fake_peer.answer(MAKE_JOIN, template)
    another = room.draft(creator, "m.room.member", {"membership": "join"}, creator)
    for lie in (lambda answer: None, lambda answer: answer.update(event=another.json)):
        answer_join_with(fake_peer, room, lie)
        assert (await join_via(alice, room.id, fake_peer.name)).status == 502


async def test_cve_2024_52815_state_shown_with_a_knock_that_is_no_list_is_nothing(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = FakeRoom.of(fake_peer, join_rule="knock")
    template = room.join_template(alice.user_id)  # type: ignore[arg-type]
    template["event"]["content"] = {"membership": "knock"}
    fake_peer.answer("/_matrix/federation/v1/make_knock/{roomId}/{userId}", template)
    odd: list[object] = ["nonsense", {"a": 1}, 5, [5, None, {"type": 5}, {"type": "m.room.name"}]]
    for told in odd:
        fake_peer.answer("/_matrix/federation/v1/send_knock/{roomId}/{eventId}", {"knock_room_state": told})
        reply = await alice.post(f"/knock/{room.id.replace('!', '%21')}?via={fake_peer.name}")
        assert reply.status == 200
        shown = await until_in_section(alice, room.id, "knock")
        assert [e["type"] for e in shown["knock_state"]["events"]] == ["m.room.member"]


async def test_alias_that_is_said_to_lead_to_nonsense_is_not_found(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    answers: list[JsonObject] = [{}, {"room_id": 5}, {"room_id": "#x:y", "servers": []}]
    for answer in answers:
        fake_peer.answer("/_matrix/federation/v1/query/directory", answer)
        reply = await alice.get(f"/directory/room/%23alias:{fake_peer.name}")
        assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")
    fake_peer.answer(
        "/_matrix/federation/v1/query/directory",
        {"room_id": "!room:example.org", "servers": [5, "not a server", "example.org"]},
    )
    found = (await alice.get(f"/directory/room/%23alias:{fake_peer.name}")).ok()
    assert found == {"room_id": RoomId("!room:example.org"), "servers": [fake_peer.name, "example.org"]}


async def test_server_that_knows_no_omitted_members_is_joined_through(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    for version in VERSIONS:
        room = FakeRoom.of(fake_peer, version)
        room.serve_on(fake_peer)
        (await join_via(alice, room.id, fake_peer.name)).ok()
        members = (await alice.get(room_path(room.id, "/joined_members"))).ok()["joined"]
        assert set(members) == {alice.user_id, fake_peer.user("creator")}


def _without(answer: JsonObject, gone: JsonObject) -> None:
    for key in ("state", "auth_chain"):
        answer[key] = [event for event in answer[key] if event != gone]


def _replaced(answer: JsonObject, old: JsonObject, new: JsonObject) -> None:
    for key in ("state", "auth_chain"):
        answer[key] = [new if event == old else event for event in answer[key]]
