from urllib.parse import quote

from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, room_path, send, set_state

LOCK = "/_matrix/client/v1/admin/lock/@alice:example.org"
SUSPEND = "/_matrix/client/v1/admin/suspend/@alice:example.org"


async def test_locked_account_can_log_out_and_nothing_else(
    client: ApiClient, alice: ApiClient, admin: ApiClient
) -> None:
    assert (await alice.whoami()).status == 200
    assert (await admin.put(LOCK, {"locked": True})).ok() == {"locked": True}
    assert (await admin.get(LOCK)).ok() == {"locked": True}
    for reply in (await alice.whoami(), await client.try_log_in("alice"), await alice.get("/devices")):
        assert (reply.status, reply.errcode) == (401, "M_USER_LOCKED")
        assert reply.json["soft_logout"] is True
    assert (await client.try_log_in("alice", "wrong")).errcode == "M_FORBIDDEN"
    (await admin.put(LOCK, {"locked": False})).ok()
    assert (await alice.whoami()).status == 200
    (await admin.put(LOCK, {"locked": True})).ok()
    assert (await alice.post("/logout")).status == 200
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_locked_account_cannot_refresh(client: ApiClient, alice: ApiClient, admin: ApiClient) -> None:
    login = (await client.try_log_in("alice", refresh_token=True)).ok()
    (await admin.put(LOCK, {"locked": True})).ok()
    reply = await client.post("/refresh", {"refresh_token": login["refresh_token"]})
    assert reply.errcode == "M_USER_LOCKED"


async def test_suspended_account_reads_but_changes_no_profile(alice: ApiClient, admin: ApiClient) -> None:
    path = f"/profile/{alice.user_id}/displayname"
    assert (await alice.put(path, {"displayname": "A"})).status == 200
    assert (await admin.put(SUSPEND, {"suspended": True})).ok() == {"suspended": True}
    assert (await alice.whoami()).status == 200
    reply = await alice.put(path, {"displayname": "B"})
    assert (reply.status, reply.errcode) == (403, "M_USER_SUSPENDED")
    (await admin.put(SUSPEND, {"suspended": False})).ok()
    assert (await admin.get(SUSPEND)).ok() == {"suspended": False}
    assert (await alice.put(path, {"displayname": "B"})).status == 200


async def test_only_admins_moderate_and_never_admins(alice: ApiClient, admin: ApiClient) -> None:
    for path, body in ((LOCK, {"locked": True}), (SUSPEND, {"suspended": True})):
        assert (await alice.put(path, body)).errcode == "M_FORBIDDEN"
        assert (await alice.get(path)).errcode == "M_FORBIDDEN"
        assert (await admin.put(path.replace("alice", "root"), body)).errcode == "M_FORBIDDEN"
        assert (await admin.put(path.replace("alice", "nobody"), body)).errcode == "M_NOT_FOUND"
        assert (await admin.put(path, {})).errcode == "M_BAD_JSON"


async def test_capability_is_shown_to_admins(admin: ApiClient) -> None:
    capabilities = (await admin.get("/capabilities")).ok()["capabilities"]
    assert capabilities["m.account_moderation"] == {"suspend": True, "lock": True}


async def test_suspended_account_may_do_what_harms_nobody_and_nothing_else(
    alice: ApiClient, bob: ApiClient, admin: ApiClient
) -> None:
    room_id = await create(bob, preset="public_chat")
    (await join(alice, room_id)).ok()
    own = (await send(alice, room_id)).ok()["event_id"]
    others = (await send(bob, room_id)).ok()["event_id"]
    invited = await create(bob, invite=[alice.user_id])
    open_room = await create(bob, preset="public_chat")
    (await admin.put(SUSPEND, {"suspended": True})).ok()
    path = room_path(room_id)
    refused = [
        await send(alice, room_id),
        await join(alice, open_room),
        await join(alice, invited),
        await alice.post(f"/knock/{quote(open_room)}"),
        await act(alice, room_id, "invite", "@carol:example.org"),
        await act(alice, room_id, "kick", bob),
        await set_state(alice, room_id, "org.example", {}),
        await alice.put(path + f"/redact/{quote(others)}/r1"),
        await alice.post("/createRoom", {}),
        await alice.post(path + "/upgrade", {"new_version": "11"}),
        await alice.put(f"/profile/{alice.user_id}/avatar_url", {"avatar_url": ""}),
        await alice.put(f"/directory/room/{quote('#a:example.org')}", {"room_id": room_id}),
        await alice.request("POST", "/_matrix/media/v3/upload", data=b"x"),
    ]
    assert [reply.errcode for reply in refused] == ["M_USER_SUSPENDED"] * len(refused)
    allowed = [
        await alice.get("/sync"),
        await alice.get(path + "/messages", dir="b"),
        await alice.put(path + f"/redact/{quote(own)}/r2"),
        await act(alice, invited, "leave"),
        await act(alice, room_id, "leave"),
        await alice.try_log_in("alice"),
        await alice.post("/keys/upload", {}),
        await alice.post("/logout"),
    ]
    assert [reply.status for reply in allowed] == [200] * len(allowed)
