from datetime import timedelta

import pytest

from homeserver.http.context import Services
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock

HOUR_MS = timedelta(hours=1) // timedelta(milliseconds=1)


class Pair:
    """An access token and the refresh token that came with it."""

    def __init__(self, client: ApiClient, answer: Reply) -> None:
        self.client = client.with_token(answer.ok()["access_token"])
        self.refresh_token: str = answer.json["refresh_token"]

    async def refresh(self) -> Reply:
        return await self.client.with_token(None).post("/refresh", {"refresh_token": self.refresh_token})

    async def next(self) -> "Pair":
        return Pair(self.client, await self.refresh())

    async def works(self) -> bool:
        return (await self.client.whoami()).status == 200


@pytest.fixture
async def first(client: ApiClient, alice: ApiClient) -> Pair:
    return Pair(alice, await client.try_log_in("alice", refresh_token=True))


async def test_login_without_refresh_never_expires(alice: ApiClient, clock: FakeClock) -> None:
    clock.advance(1000 * HOUR_MS)
    assert (await alice.whoami()).status == 200


async def test_expired_token_is_a_soft_logout_and_can_be_refreshed(first: Pair, clock: FakeClock) -> None:
    assert await first.works()
    clock.advance(HOUR_MS)
    expired = await first.client.whoami()
    assert (expired.status, expired.errcode) == (401, "M_UNKNOWN_TOKEN")
    assert expired.json["soft_logout"] is True
    answer = await first.refresh()
    assert answer.ok()["expires_in_ms"] == HOUR_MS
    assert await Pair(first.client, answer).works()


async def test_expired_token_of_an_ended_session_is_a_hard_logout(
    client: ApiClient, alice: ApiClient, first: Pair, clock: FakeClock
) -> None:
    (await alice.post("/logout/all")).ok()
    clock.advance(HOUR_MS)
    assert "soft_logout" not in (await first.client.whoami()).json


async def test_lost_answer_can_be_asked_for_again(first: Pair) -> None:
    await first.refresh()
    second = await first.next()
    assert await second.works()


async def test_old_refresh_token_is_spent_once_the_new_access_token_was_used(first: Pair) -> None:
    second = await first.next()
    assert await second.works()
    reused = await first.refresh()
    assert (reused.status, reused.errcode) == (401, "M_UNKNOWN_TOKEN")


async def test_old_refresh_token_is_spent_once_the_new_refresh_token_was_used(first: Pair) -> None:
    second = await first.next()
    await second.next()
    assert (await first.refresh()).status == 401


async def test_spent_refresh_token_ends_the_session_and_keeps_the_device(
    first: Pair, client: ApiClient, alice: ApiClient
) -> None:
    second = await first.next()
    assert await second.works()
    assert (await first.refresh()).json["soft_logout"] is True
    assert not await second.works()
    assert (await second.refresh()).status == 401
    device_ids = [device["device_id"] for device in (await alice.get("/devices")).ok()["devices"]]
    assert len(device_ids) == 2


async def test_pair_that_was_offered_and_replaced_cannot_be_refreshed(first: Pair) -> None:
    lost = await first.next()
    second = await first.next()
    assert (await lost.refresh()).status == 401
    assert await second.works(), "a token nobody could have stolen from us ends nothing"


async def test_unknown_refresh_token(client: ApiClient) -> None:
    for token in ("", "x", "\0", "x" * 10_000):
        reply = await client.post("/refresh", {"refresh_token": token})
        assert (reply.status, reply.errcode) == (401, "M_UNKNOWN_TOKEN")


async def test_refresh_tokens_are_stored_hashed(first: Pair, services: Services) -> None:
    async with services.db.acquire() as conn:
        stored = await conn.fetch("SELECT token_hash FROM refresh_tokens")
    assert [len(row["token_hash"]) for row in stored] == [32]
    assert first.refresh_token.encode() not in stored[0]["token_hash"]


async def test_spent_refresh_tokens_do_not_pile_up(first: Pair, services: Services) -> None:
    pair = first
    for _ in range(30):
        pair = await pair.next()
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM refresh_tokens") <= 22
