import pytest

from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock

FAST = {"per_second": 1000, "burst": 1000}
SLOW = {"per_second": 0.1, "burst": 2}


def limits(**rates: object) -> list[dict[str, object]]:
    return [{"limits": {"enabled": True, "registration": FAST, "login": FAST, "other": FAST, **rates}}]


@pytest.mark.parametrize("overrides", limits(registration=SLOW))
async def test_registrations_are_limited_per_address(client: ApiClient, clock: FakeClock) -> None:
    for _ in range(2):
        assert (await client.post("/register", {})).status == 401
    reply = await client.post("/register", {})
    assert (reply.status, reply.errcode) == (429, "M_LIMIT_EXCEEDED")
    assert (reply.json["retry_after_ms"], reply.headers["Retry-After"]) == (10_000, "10")
    spoofed = await client.request("POST", "/register", {}, headers={"X-Forwarded-For": "192.0.2.9"})
    assert spoofed.status == 429
    clock.advance(10_000)
    assert (await client.post("/register", {})).status == 401


@pytest.mark.parametrize("overrides", [{**limits(registration=SLOW)[0], "trusted_proxies": ["127.0.0.1/32"]}])
async def test_clients_behind_a_trusted_proxy_are_told_apart(client: ApiClient) -> None:
    for address in ("192.0.2.1", "192.0.2.2"):
        statuses = [
            (await client.request("POST", "/register", {}, headers={"X-Forwarded-For": address})).status
            for _ in range(3)
        ]
        assert statuses == [401, 401, 429]


@pytest.mark.parametrize("overrides", limits(failed_login=SLOW))
async def test_wrong_passwords_are_limited_per_account_wherever_they_are_tried(
    client: ApiClient, clock: FakeClock
) -> None:
    alice, bob = await client.register("alice"), await client.register("bob")
    for _ in range(5):
        assert (await client.try_log_in("bob")).status == 200, "right ones are not counted"
    body = {"devices": ["X"], "auth": alice.password_auth("wrong")}
    assert [(await alice.post("/delete_devices", body)).status for _ in range(3)] == [401, 401, 429]
    assert (await bob.post("/delete_devices", {**body, "auth": bob.password_auth()})).status == 200
    assert [(await client.try_log_in("bob", "wrong")).status for _ in range(3)] == [403, 403, 429]
    assert (await client.try_log_in("@BOB:example.org")).status == 429
    clock.advance(20_000)
    assert (await client.try_log_in("bob")).status == 200


@pytest.mark.parametrize("overrides", limits(profile=SLOW))
async def test_users_are_limited_one_by_one(client: ApiClient) -> None:
    for name in ("alice", "bob"):
        user = await client.register(name)
        path = f"/profile/{user.user_id}/displayname"
        statuses = [(await user.put(path, {"displayname": "x"})).status for _ in range(3)]
        assert statuses == [200, 200, 429]
