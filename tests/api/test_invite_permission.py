"""By whom users want to be invited: enforced when they are, and for invites that are there already."""

import pytest

from federation.protocol.ids import UserId
from homeserver.rooms.invite_permission import InvitePreferences, InviteVerdict, rules_of
from tests.api.client import ApiClient
from tests.api.room_calls import act, create

PERMISSION = "m.invite_permission_config"
FILTERING = "org.matrix.msc4155.invite_permission_config"


async def say(user: ApiClient, type_: str, content: object) -> None:
    (await user.put(f"/user/{user.user_id}/account_data/{type_}", content)).ok()


async def invites(user: ApiClient) -> set[str]:
    return set((await user.get("/sync")).ok()["rooms"]["invite"])


async def test_blocked_invites_are_refused_and_those_already_there_not_shown(
    alice: ApiClient, bob: ApiClient
) -> None:
    room_id = await create(alice, invite=[bob.user_id])
    assert await invites(bob) == {room_id}
    await say(bob, PERMISSION, {"default_action": "block"})
    assert await invites(bob) == set()
    other = await create(alice)
    assert (await act(alice, other, "invite", bob)).errcode == "M_INVITE_BLOCKED"
    path = f"/rooms/{other}/state/m.room.member/{bob.user_id}"
    assert (await alice.put(path, {"membership": "invite"})).errcode == "M_INVITE_BLOCKED"
    assert (await alice.post("/createRoom", {"invite": [bob.user_id]})).errcode == "M_INVITE_BLOCKED"
    await say(bob, PERMISSION, {})
    assert await invites(bob) == {room_id}
    (await act(alice, other, "invite", bob)).ok()


async def test_invites_are_filtered_by_user_and_server(alice: ApiClient, bob: ApiClient) -> None:
    await say(bob, FILTERING, {"ignored_users": ["@al*:example.org"]})
    room_id = await create(alice)
    (await act(alice, room_id, "invite", bob)).ok()
    assert await invites(bob) == set()
    await say(bob, FILTERING, {"blocked_servers": ["*"], "allowed_users": [alice.user_id]})
    assert await invites(bob) == {room_id}
    await say(bob, FILTERING, {"blocked_servers": ["*"]})
    assert (await act(alice, await create(alice), "invite", bob)).errcode == "M_INVITE_BLOCKED"
    await say(bob, FILTERING, {"enabled": False, "blocked_servers": ["*"]})
    (await act(alice, await create(alice), "invite", bob)).ok()


@pytest.mark.parametrize(
    ("filtering", "verdict"),
    [
        ({}, InviteVerdict.ALLOW),
        ({"blocked_users": ["@eve:evil"], "allowed_servers": ["evil"]}, InviteVerdict.BLOCK),
        ({"ignored_users": ["@e?e:evil"], "blocked_users": ["@eve:evil"]}, InviteVerdict.IGNORE),
        ({"allowed_servers": ["ev*"], "blocked_servers": ["evil"]}, InviteVerdict.ALLOW),
        ({"ignored_servers": ["evil"], "blocked_servers": ["evil"]}, InviteVerdict.IGNORE),
        ({"blocked_users": "@eve:evil", "blocked_servers": [1, None]}, InviteVerdict.ALLOW),
    ],
)
def test_users_come_before_servers_and_allowing_before_blocking(
    filtering: dict[str, object], verdict: InviteVerdict
) -> None:
    assert InvitePreferences(rules=rules_of(filtering)).verdict_on(UserId("@eve:evil")) is verdict
