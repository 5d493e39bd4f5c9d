"""Who sees which part of a room's history.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility
"""

import pytest

from tests.api.client import ApiClient
from tests.api.history_support import Room, as_list, ids, ignore, make_room


@pytest.mark.parametrize(
    ("visibility", "without_join", "before_join", "after_invite"),
    [
        ("world_readable", True, True, True),
        ("shared", False, True, True),
        ("invited", False, False, True),
        ("joined", False, False, False),
    ],
)
async def test_history_is_seen_as_far_as_its_visibility_allows(
    alice: ApiClient,
    bob: ApiClient,
    visibility: str,
    without_join: bool,
    before_join: bool,
    after_invite: bool,
) -> None:
    room = await make_room(alice)
    await room.set_visibility(visibility)
    await room.say("before")
    peeked = await room.try_messages(bob)
    assert (peeked.status == 200) is without_join
    await room.invite(bob)
    await room.say("invited")
    assert (await room.try_messages(bob)).status == (200 if without_join else 403)
    await room.join(bob)
    await room.say("joined")
    expected = ["joined"] + ["invited"] * after_invite + ["before"] * before_join
    assert await room.bodies(bob) == expected


async def test_visibility_counts_as_it_was_when_the_event_was_sent(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice)
    await room.set_visibility("joined")
    secret = await room.say("secret")
    await room.set_visibility("shared")
    await room.say("open")
    await room.join(bob)
    assert await room.bodies(bob) == ["open"]
    assert (await room.try_event(bob, secret)).status == 404
    types = [e["type"] for e in (await room.messages(bob, limit=100))["chunk"]]
    assert types.count("m.room.history_visibility") == 3  # the room's first, and both sides of `joined`


async def test_changes_of_visibility_are_seen_at_its_boundaries_only(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await make_room(alice)
    to_joined = await room.set_visibility("joined")
    to_invited = await room.set_visibility("invited")
    to_shared = await room.set_visibility("shared")
    await room.join(bob)
    seen = ids((await room.messages(bob, limit=100))["chunk"])
    assert to_joined in seen
    assert to_invited not in seen
    assert to_shared in seen


async def test_former_member_sees_nothing_from_after_leaving(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    await room.say("together")
    await room.leave(bob)
    after = await room.say("alone")
    assert await room.bodies(bob) == ["together"]
    newest = (await room.messages(bob, limit=1))["chunk"][0]
    assert newest["content"]["membership"] == "leave"
    assert (await room.try_event(bob, after)).status == 404
    forwards = await room.messages(bob, "f", **{"from": (await room.messages(bob))["start"]})
    assert forwards["chunk"] == []
    assert "end" not in forwards


@pytest.mark.parametrize("removal", ["kick", "ban"])
async def test_removed_member_keeps_what_they_could_see(
    alice: ApiClient, bob: ApiClient, removal: str
) -> None:
    room = await make_room(alice, bob)
    await room.say("together")
    (await alice.post(f"{room.path}/{removal}", {"user_id": bob.user_id})).ok()
    await room.say("alone")
    assert await room.bodies(bob) == ["together"]


async def test_who_returns_does_not_see_what_was_said_in_between(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    await room.set_visibility("joined")
    await room.say("first")
    await room.leave(bob)
    await room.say("absent")
    await room.join(bob)
    await room.say("again")
    assert await room.bodies(bob) == ["again", "first"]


async def test_forgotten_room_is_closed(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    await room.leave(bob)
    (await bob.post(f"{room.path}/forget")).ok()
    assert (await room.try_messages(bob)).status == 403


async def test_rejected_invite_gives_no_access(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice)
    await room.invite(bob)
    await room.leave(bob)
    assert (await room.try_messages(bob)).errcode == "M_FORBIDDEN"


async def closed_doors(room: Room, event_id: str, client: ApiClient) -> list[int]:
    """Return the status of everything through which a room could be looked into."""
    paths = (
        "/messages?dir=b",
        "/members",
        "/joined_members",
        "/state",
        "/state/m.room.create",
        f"/context/{event_id}",
    )
    paths_v1 = ("/threads", "/timestamp_to_event?ts=0&dir=f")
    found = [(await client.get(room.path + path)).status for path in paths]
    return found + [(await client.get(room.path_v1 + path)).status for path in paths_v1]


async def test_non_members_are_shown_no_door(alice: ApiClient, bob: ApiClient) -> None:
    """CVE-2021-39163, CVE-2021-39164: member lists and state are for those who may read the room."""
    room = await make_room(alice)
    event_id = await room.say("hello")
    assert await closed_doors(room, event_id, bob) == [403] * 8
    assert await closed_doors(Room("!unknown:example.org", alice), event_id, bob) == [403] * 8


async def test_wrong_room_is_answered_like_a_missing_event(alice: ApiClient, bob: ApiClient) -> None:
    private, own = await make_room(alice), await make_room(bob)
    event_id = await private.say("private")
    for path in ("/event/{}", "/context/{}"):
        there = await bob.get(own.path + path.format(event_id))
        nowhere = await bob.get(own.path + path.format("$nowhere"))
        assert there.status == nowhere.status == 404
        assert there.json == nowhere.json
    there = await bob.get(f"{own.path_v1}/relations/{event_id}")
    nowhere = await bob.get(f"{own.path_v1}/relations/$nowhere")
    assert (there.status, there.json) == (nowhere.status, nowhere.json)
    assert there.status == 404


async def test_context_leaves_out_what_may_not_be_seen(alice: ApiClient, bob: ApiClient) -> None:
    """Synapse 1.7.1: /context must prune."""
    room = await make_room(alice)
    await room.set_visibility("joined")
    await room.say("secret")
    await room.join(bob)
    event_id = await room.say("open")
    await room.say("more")
    await room.leave(bob)
    await room.say("later")
    found = await room.context(bob, event_id, limit=20)
    shown = [*found["events_before"], found["event"], *found["events_after"]]
    assert [e["content"]["body"] for e in shown if e["type"] == "m.room.message"] == ["open", "more"]


async def test_ignored_users_are_silent_but_their_state_is_not(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    room = await make_room(alice, bob)
    noise = await room.say("noise", bob)
    await room.say("word")
    assert await room.bodies(alice) == ["word", "noise"]
    await ignore(alice, bob)
    assert await room.bodies(alice) == ["word"]
    assert (await room.try_event(alice, noise)).status == 404
    senders = {e["sender"] for e in (await room.messages(alice, limit=100))["chunk"]}
    assert bob.user_id in senders  # the membership
    await ignore(alice)
    assert await room.bodies(alice) == ["word", "noise"]


async def test_user_ignored_before_they_first_spoke_is_ignored(alice: ApiClient, client: ApiClient) -> None:
    room = await make_room(alice)
    nobody_yet = ApiClient(client.session, client.base_url, user_id="@carol:example.org")
    await ignore(alice, nobody_yet)
    await room.say("word")
    assert await room.bodies(alice) == ["word"]
    carol = await client.register("carol")
    await room.join(carol)
    await room.say("noise", carol)
    assert await room.bodies(alice) == ["word"]


async def test_world_readable_room_may_be_peeked_into(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice)
    await room.set_visibility("world_readable")
    event_id = await room.say("hello")
    assert await room.bodies(bob) == ["hello"]
    assert {e["type"] for e in as_list(await bob.get(f"{room.path}/state"))} >= {
        "m.room.create",
        "m.room.member",
    }
    assert (await room.event(bob, event_id))["content"]["body"] == "hello"
    assert (await bob.get(f"{room.path}/joined_members")).status == 403


async def test_erased_users_words_are_for_who_was_there(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    room = await make_room(alice, bob)
    words = await room.say("words", bob)
    carol = await client.register("carol")
    await room.join(carol)
    assert await room.bodies(carol) == ["words"]
    body = {"auth": bob.password_auth(), "erase": True}
    (await bob.post("/account/deactivate", body)).ok()
    assert (await room.event(alice, words))["content"]["body"] == "words"
    for shown in (await room.event(carol, words), *(await room.messages(carol, limit=100))["chunk"]):
        if shown["event_id"] == words:
            assert shown["content"] == {}
            assert "redacted_because" not in shown["unsigned"]
