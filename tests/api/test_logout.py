from homeserver.http.context import Services
from homeserver.storage.positions import Stream, select_log
from tests.api.client import ApiClient


async def test_logout_ends_this_session_and_deletes_its_device(client: ApiClient, alice: ApiClient) -> None:
    other = await client.log_in("alice")
    assert (await alice.request("POST", "/logout")).ok() == {}
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert [device["device_id"] for device in (await other.get("/devices")).ok()["devices"]] == [
        other.device_id
    ]


async def test_logout_everywhere_ends_all_sessions_of_this_user_only(
    client: ApiClient, alice: ApiClient, bob: ApiClient
) -> None:
    other = await client.log_in("alice")
    (await other.request("POST", "/logout/all")).ok()
    assert (await alice.whoami()).status == 401
    assert (await other.whoami()).status == 401
    assert (await bob.whoami()).status == 200


async def test_revocation_is_a_row_of_the_position_log(alice: ApiClient, services: Services) -> None:
    requester = await services.accounts.tokens.authenticate(str(alice.access_token))
    async with services.db.acquire() as conn:
        before = [entry.position for entry in await select_log(conn, 0, 100)][-1]
    (await alice.post("/logout")).ok()
    async with services.db.acquire() as conn:
        (entry,) = await select_log(conn, before, 100)
        changed = await conn.fetchval(
            "SELECT user_nid FROM device_list_changes WHERE position = $1", entry.position
        )
    assert entry.kinds == Stream.SESSIONS | Stream.DEVICE_LISTS
    assert entry.users == (requester.requester.user_nid,)
    assert changed == requester.requester.user_nid


async def test_other_worker_forgets_the_token_when_it_reads_the_log(
    alice: ApiClient, services: Services
) -> None:
    """The remembered token is good until the log is read, and not after."""
    assert (await alice.whoami()).status == 200
    async with services.db.transaction() as conn:
        user_nid = await conn.fetchval("DELETE FROM sessions RETURNING user_nid")
    assert (await alice.whoami()).status == 200
    services.accounts.tokens.forget_user(user_nid)
    assert (await alice.whoami()).status == 401
