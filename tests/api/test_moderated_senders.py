"""Users who may send more or less than others, and those whose words go nowhere."""

import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_shadow_banned
from homeserver.admin.rate_override import delete_rate_override, get_rate_override, set_rate_override
from homeserver.errors import InvalidParam
from homeserver.http.context import Services
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, membership, send, set_state, timeline

LIMITED = {"limits": {"enabled": True, "message": {"per_second": 0.1, "burst": 2}}}


async def nid_of(services: Services, name: str) -> int:
    return (await find_account(services.accounts, name)).user_nid


@pytest.mark.parametrize("overrides", [LIMITED])
async def test_a_user_has_a_rate_of_their_own_or_none(alice: ApiClient, services: Services) -> None:
    room_id, nid = await create(alice), await nid_of(services, "alice")
    replies = [await send(alice, room_id) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    await set_rate_override(services.accounts, nid, 0, 0)
    assert [(await send(alice, room_id)).status for _ in range(5)] == [200] * 5
    await set_rate_override(services.accounts, nid, 0.1, 4)
    assert await get_rate_override(services.accounts, nid) == (0.1, 4)
    replies = [await send(alice, room_id) for _ in range(4)]
    assert [reply.status for reply in replies][-1] == 429
    await delete_rate_override(services.accounts, nid)
    assert await get_rate_override(services.accounts, nid) is None
    assert (await send(alice, room_id)).status == 429
    with pytest.raises(InvalidParam):
        await set_rate_override(services.accounts, nid, 1, 0)


async def test_what_a_shadow_banned_user_sends_seems_to_be_sent(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, services: Services
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    await set_shadow_banned(services.accounts, await nid_of(services, "bob"), True)
    assert (await send(bob, room_id)).ok()["event_id"].startswith("$")
    (await set_state(bob, room_id, "org.example.state", {})).ok()
    assert (await act(bob, room_id, "invite", carol)).status == 200
    shown = await timeline(alice, room_id)
    assert [e["type"] for e in shown if e["sender"] == bob.user_id] == ["m.room.member"]
    assert (await carol.get("/sync")).ok()["rooms"].get("invite", {}) == {}
    (await act(bob, room_id, "leave")).ok()
    assert await membership(alice, room_id, bob) == "leave"
    await set_shadow_banned(services.accounts, await nid_of(services, "bob"), False)
    (await join(bob, room_id)).ok()
    (await send(bob, room_id)).ok()
    assert [e["sender"] for e in await timeline(alice, room_id) if e["type"] == "m.room.message"] == [
        bob.user_id
    ]
