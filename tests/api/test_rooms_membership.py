"""Joining, leaving, inviting, kicking, banning, knocking and forgetting."""

from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, membership, room_path, send, set_state, state, timeline


async def test_joining_twice_is_joining_once(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat", room_alias_name="here")
    assert (await join(bob, "#here:example.org", {"reason": "why not", "foo": "bar"})).ok() == {
        "room_id": room_id
    }
    content = await state(bob, room_id, "m.room.member", bob.user_id)
    assert content == {"membership": "join", "displayname": "bob", "reason": "why not", "foo": "bar"}
    before = await timeline(bob, room_id)
    assert (await bob.post(room_path(room_id, "/join"))).ok() == {"room_id": room_id}
    assert await timeline(bob, room_id) == before
    assert (await bob.get("/joined_rooms")).ok() == {"joined_rooms": [room_id]}


async def test_invite_only_room_takes_the_invited_alone(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice)
    refused = await join(bob, room_id)
    assert (refused.status, refused.errcode) == (403, "M_FORBIDDEN")
    (await act(alice, room_id, "invite", bob)).ok()
    (await act(alice, room_id, "invite", bob)).ok()
    assert [event["type"] for event in await timeline(alice, room_id)].count("m.room.member") == 2
    (await join(bob, room_id)).ok()
    assert await membership(alice, room_id, bob) == "join"
    for target in (alice, bob):
        assert (await act(alice, room_id, "invite", target)).status == 403


async def test_unknown_rooms_and_odd_names_are_refused(alice: ApiClient) -> None:
    assert (await join(alice, "!nothing:example.org")).errcode == "M_NOT_FOUND"
    assert (await join(alice, "#nothing:example.org")).errcode == "M_NOT_FOUND"
    assert (await join(alice, "#elsewhere:remote.example")).errcode == "M_NOT_FOUND"
    assert (await join(alice, "nonsense")).status == 400
    assert (await alice.post("/knock/%23nothing%3Aexample.org")).errcode == "M_NOT_FOUND"
    for verb in ("leave", "forget"):
        assert (await act(alice, "!nothing:example.org", verb)).status == 403
    for verb in ("invite", "kick", "ban", "unban"):
        assert (await act(alice, "!nothing:example.org", verb, "@bob:example.org")).status == 403
    assert (await send(alice, "!nothing:example.org")).status == 403
    room_id = await create(alice)
    for verb in ("invite", "kick", "ban", "unban"):
        assert (await act(alice, room_id, verb, "bob")).status == 400
        assert (await alice.post(room_path(room_id, f"/{verb}"), {"user_id": 5})).errcode == "M_BAD_JSON"
        assert (await act(alice, room_id, verb)).errcode == "M_MISSING_PARAM"
    assert (await alice.post(room_path(room_id, "/leave"), {"reason": 5})).errcode == "M_BAD_JSON"
    assert (await act(alice, room_id, "invite", "@x:remote.example")).errcode == "M_UNKNOWN"


async def test_invite_and_knock_can_be_given_up(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, initial_state=[knockable()])
    (await act(alice, room_id, "invite", bob)).ok()
    (await bob.post(room_path(room_id, "/leave"), {"reason": "no"})).ok()
    content = await state(alice, room_id, "m.room.member", bob.user_id)
    assert content == {"membership": "leave", "reason": "no"}
    knocked = await bob.post(f"/knock/{quote(room_id)}", {"reason": "please"})
    assert knocked.ok() == {"room_id": room_id}
    content = await state(alice, room_id, "m.room.member", bob.user_id)
    assert content == {"membership": "knock", "displayname": "bob", "reason": "please"}
    (await act(bob, room_id, "leave")).ok()
    (await act(bob, room_id, "leave")).ok()
    assert await membership(alice, room_id, bob) == "leave"


async def test_knock_is_answered_by_invite_or_kick(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, initial_state=[knockable()])
    (await bob.post(f"/knock/{quote(room_id)}")).ok()
    (await act(alice, room_id, "kick", bob)).ok()
    assert await membership(alice, room_id, bob) == "leave"
    (await bob.post(f"/knock/{quote(room_id)}")).ok()
    (await act(alice, room_id, "invite", bob)).ok()
    assert (await bob.post(f"/knock/{quote(room_id)}")).errcode == "M_FORBIDDEN"
    (await join(bob, room_id)).ok()
    closed = await create(alice)
    assert (await bob.post(f"/knock/{quote(closed)}")).errcode == "M_FORBIDDEN"


async def test_banned_user_stays_out_until_the_ban_is_lifted(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    body: JsonObject = {"user_id": bob.user_id, "reason": "testing"}
    (await alice.post(room_path(room_id, "/ban"), body)).ok()
    content = await state(alice, room_id, "m.room.member", bob.user_id)
    assert content == {"membership": "ban", "reason": "testing"}
    assert (await join(bob, room_id)).status == 403
    assert (await act(bob, room_id, "leave")).status == 403
    assert (await act(alice, room_id, "invite", bob)).status == 403
    assert (await act(alice, room_id, "kick", bob)).status == 403
    (await act(alice, room_id, "unban", bob)).ok()
    assert (await act(alice, room_id, "unban", bob)).status == 403
    (await join(bob, room_id)).ok()


async def test_only_who_is_there_can_be_kicked(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    assert (await act(alice, room_id, "kick", bob)).status == 403
    (await join(bob, room_id)).ok()
    assert (await act(bob, room_id, "kick", alice)).status == 403
    (await act(alice, room_id, "kick", bob)).ok()
    assert (await act(alice, room_id, "kick", bob)).status == 403
    assert (await send(bob, room_id)).status == 403


async def test_membership_set_as_state_obeys_the_same_rules(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")

    async def put(user: ApiClient, target: str, **content: object) -> tuple[int, str | None]:
        reply = await set_state(user, room_id, "m.room.member", content, target)  # type: ignore[arg-type]
        return reply.status, reply.errcode

    assert await put(bob, bob.user_id, membership="join", displayname="Overridden") == (200, None)
    content = await state(alice, room_id, "m.room.member", bob.user_id)
    assert content == {"membership": "join", "displayname": "Overridden"}
    assert await put(alice, bob.user_id, membership="join") == (403, "M_FORBIDDEN")
    assert await put(alice, bob.user_id, membership="dance") == (400, "M_BAD_JSON")
    assert await put(alice, bob.user_id, membership=5) == (400, "M_BAD_JSON")
    assert await put(alice, bob.user_id, membership="ban", reason=5) == (400, "M_BAD_JSON")
    assert await put(alice, "bob", membership="ban") == (400, "M_INVALID_PARAM")
    assert await put(alice, "@x:remote.example", membership="invite") == (502, "M_UNKNOWN")
    assert await put(alice, "@nobody:example.org", membership="leave") == (403, "M_FORBIDDEN")
    assert await put(alice, bob.user_id, membership="leave") == (200, None)
    assert await put(alice, bob.user_id, membership="invite") == (200, None)


async def test_room_is_forgotten_after_leaving_it_only(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    assert (await act(bob, room_id, "forget")).status == 400
    (await act(bob, room_id, "leave")).ok()
    assert (await bob.get(room_path(room_id, "/messages"), dir="b")).status == 200
    (await act(bob, room_id, "forget")).ok()
    assert (await bob.get(room_path(room_id, "/messages"), dir="b")).status == 403


async def test_restricted_room_lets_members_of_the_other_room_in(alice: ApiClient, bob: ApiClient) -> None:
    for version in ("8", "12"):
        club = await create(alice, preset="public_chat", room_version=version)
        room_id = await create(alice, room_version=version, initial_state=[restricted_to(club)])
        refused = await join(bob, room_id)
        assert (refused.status, refused.errcode) == (403, "M_FORBIDDEN")
        (await join(bob, club)).ok()
        (await join(bob, room_id, {"join_authorised_via_users_server": "@mallory:example.org"})).ok()
        content = await state(bob, room_id, "m.room.member", bob.user_id)
        assert content["join_authorised_via_users_server"] == alice.user_id
        carol = await bob.with_token(None).register(f"carol{version}")
        (await act(alice, room_id, "invite", carol)).ok()
        (await join(carol, room_id)).ok()
        content = await state(bob, room_id, "m.room.member", carol.user_id)
        assert "join_authorised_via_users_server" not in content


async def test_restricted_join_needs_somebody_who_may_invite(alice: ApiClient, bob: ApiClient) -> None:
    club = await create(alice, preset="public_chat")
    (await join(bob, club)).ok()
    levels: JsonObject = {"invite": 50}
    room_id = await create(alice, initial_state=[restricted_to(club)], power_level_content_override=levels)
    carol = await bob.with_token(None).register("carol")
    (await act(alice, room_id, "invite", carol)).ok()
    (await join(carol, room_id)).ok()
    (await act(alice, room_id, "leave")).ok()
    refused = await join(bob, room_id)
    assert (refused.status, refused.errcode) == (400, "M_UNABLE_TO_GRANT_JOIN")


async def test_third_party_proof_of_another_user_lets_nobody_in(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice)
    proof: JsonObject = {
        "sender": alice.user_id,
        "mxid": alice.user_id,
        "token": "t",
        "signatures": {"id.example": {"ed25519:0": "c2ln"}},
    }
    assert (await join(bob, room_id, {"third_party_signed": proof})).status == 403
    assert (await join(bob, room_id, {"third_party_signed": {**proof, "mxid": bob.user_id}})).status == 403
    (await set_state(alice, room_id, "m.room.third_party_invite", third_party_invite(), "t")).ok()
    assert (await join(bob, room_id, {"third_party_signed": {**proof, "mxid": bob.user_id}})).status == 403
    assert (await join(bob, room_id, {"third_party_signed": 5})).errcode == "M_BAD_JSON"


def third_party_invite() -> JsonObject:
    key = "A" * 43
    return {"display_name": "b...", "key_validity_url": "https://id.example", "public_key": key}


def knockable() -> JsonObject:
    return {"type": "m.room.join_rules", "content": {"join_rule": "knock"}}


def restricted_to(room_id: str) -> JsonObject:
    allow = [{"type": "m.room_membership", "room_id": room_id}, {"type": "org.example"}, 5]
    return {"type": "m.room.join_rules", "content": {"join_rule": "restricted", "allow": allow}}
