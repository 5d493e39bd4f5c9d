"""What happens in rooms when the people in them change: profiles, guests, closed accounts, reports."""

from collections.abc import Callable

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, membership, room_path, send, set_state, state

GUESTS: JsonObject = {"registration": {"mode": "open", "guests": True}}


async def until(user: ApiClient, room_id: str, type_: str, found: Callable[[JsonObject], bool]) -> JsonObject:
    """Sync until a room's timeline or state shows an event."""
    since: dict[str, str] = {}
    for _ in range(8):
        body = (await user.get("/sync", timeout=2000, **since)).ok()
        room = body["rooms"].get("join", {}).get(room_id, {}) if "rooms" in body else {}
        events = [
            *room.get("state", {}).get("events", []),
            *room.get("timeline", {}).get("events", []),
        ]
        for event in events:
            if event["type"] == type_ and found(event):
                return dict(event)
        since = {"since": body["next_batch"]}
    raise AssertionError("the event never came")


async def test_changed_profile_reaches_every_joined_room(alice: ApiClient, bob: ApiClient) -> None:
    rooms = [await create(alice, preset="public_chat", room_version=version) for version in ("10", "12")]
    left = await create(alice, preset="public_chat")
    for room_id in (*rooms, left):
        (await join(bob, room_id)).ok()
    (await act(bob, left, "leave")).ok()
    (await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Robert"})).ok()
    for room_id in rooms:
        await until(alice, room_id, "m.room.member", lambda e: e["content"].get("displayname") == "Robert")
        assert (await state(alice, room_id, "m.room.member", bob.user_id))["membership"] == "join"
    assert await membership(alice, left, bob) == "leave"
    avatar = "mxc://example.org/abc"
    (await bob.put(f"/profile/{bob.user_id}/avatar_url", {"avatar_url": avatar})).ok()
    await until(alice, rooms[0], "m.room.member", lambda e: e["content"].get("avatar_url") == avatar)
    content = await state(alice, rooms[0], "m.room.member", bob.user_id)
    assert content == {"membership": "join", "displayname": "Robert", "avatar_url": avatar}


@pytest.mark.parametrize("overrides", [GUESTS])
async def test_guests_come_where_they_may_and_go_when_they_may_no_longer(
    alice: ApiClient, client: ApiClient
) -> None:
    guest = client.logged_in((await client.post("/register", {}, kind="guest")).ok())
    room_id = await create(alice, preset="public_chat")
    refused = await join(guest, room_id)
    assert (refused.status, refused.errcode) == (403, "M_GUEST_ACCESS_FORBIDDEN")
    body: JsonObject = {"membership": "join"}
    refused = await set_state(guest, room_id, "m.room.member", body, guest.user_id)
    assert refused.errcode == "M_GUEST_ACCESS_FORBIDDEN"
    (await set_state(alice, room_id, "m.room.guest_access", {"guest_access": "can_join"})).ok()
    (await join(guest, room_id)).ok()
    (await send(guest, room_id)).ok()
    assert (await guest.post("/createRoom")).errcode == "M_GUEST_ACCESS_FORBIDDEN"
    assert (await act(guest, room_id, "invite", alice)).errcode == "M_GUEST_ACCESS_FORBIDDEN"
    (await set_state(alice, room_id, "m.room.guest_access", {"guest_access": "forbidden"})).ok()
    await until(alice, room_id, "m.room.member", lambda e: e["content"]["membership"] == "leave")
    assert await membership(alice, room_id, guest) == "leave"
    assert await membership(alice, room_id, alice) == "join"


async def test_closed_account_leaves_its_rooms(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    invited = await create(alice, invite=[bob.user_id])
    (await join(bob, room_id)).ok()
    (await bob.post("/account/deactivate", {"auth": bob.password_auth()})).ok()
    for here in (room_id, invited):
        await until(alice, here, "m.room.member", lambda e: e["content"]["membership"] == "leave")
        assert await membership(alice, here, bob) == "leave"


async def test_reports_are_kept(alice: ApiClient, bob: ApiClient, services: Services) -> None:
    room_id = await create(alice)
    event_id = (await send(alice, room_id)).ok()["event_id"].replace("$", "%24")
    report: JsonObject = {"reason": "bad\u0000 words", "score": -500}
    (await bob.post(room_path(room_id, "/report"), report)).ok()
    (await bob.post(f"/users/{alice.user_id}/report", report)).ok()
    (await alice.post(room_path(room_id, f"/report/{event_id}"), report)).ok()
    (await alice.post(room_path(room_id, f"/report/{event_id}"), {})).ok()
    async with services.db.acquire() as conn:
        rows = await conn.fetch(
            "SELECT room_nid, event_nid, user_nid, score FROM reports ORDER BY report_nid"
        )
    kinds = [tuple(value is not None for value in row.values()) for row in rows]
    assert kinds == [
        (True, False, False, False),
        (False, False, True, False),
        (True, True, False, True),
        (True, True, False, False),
    ]
    refused = await bob.post(room_path(room_id, f"/report/{event_id}"), report)
    assert refused.errcode == "M_NOT_FOUND"
    missing = await alice.post(room_path(room_id, "/report/%24nothing"), report)
    assert missing.json == refused.json
    assert (await bob.post("/rooms/!nothing:example.org/report", report)).errcode == "M_NOT_FOUND"
    assert (await bob.post("/users/@nobody:example.org/report", report)).errcode == "M_NOT_FOUND"
    assert (await bob.post(room_path(room_id, "/report"), {})).errcode == "M_BAD_JSON"
    assert (await bob.post(room_path(room_id, "/report"), {"reason": "x" * 5000})).errcode == "M_BAD_JSON"
