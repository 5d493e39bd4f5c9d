from collections.abc import Callable

import pytest

from homeserver.accounts.profile import MAX_PROFILE_BYTES
from homeserver.json_types import JsonValue
from tests.api.client import ApiClient

AVATAR = "mxc://example.org/SEsfnsuifSDFSSEF"


@pytest.fixture
def field(alice: ApiClient) -> Callable[[str], str]:
    return lambda name: f"/profile/{alice.user_id}/{name}"


async def test_fields_are_set_read_and_deleted(
    client: ApiClient, alice: ApiClient, field: Callable[[str], str]
) -> None:
    values: dict[str, JsonValue] = {
        "displayname": "Alice \0 Margatroid",
        "avatar_url": AVATAR,
        "m.tz": "Europe/London",
        "org.example.job": {"title": ["x", None, 1.5, True]},
        "org.example.nothing": None,
    }
    for name, value in values.items():
        assert (await alice.put(field(name), {name: value})).ok() == {}
        assert (await client.get(field(name))).ok() == {name: value}
    assert (await client.get(f"/profile/{alice.user_id}")).ok() == values
    for name in values:
        assert (await alice.delete(field(name))).ok() == {}
        assert (await client.get(field(name))).errcode == "M_NOT_FOUND"
    assert (await client.get(f"/profile/{alice.user_id}")).ok() == {}
    assert (await alice.delete(field("displayname"))).ok() == {}


async def test_empty_name_and_avatar_unset_them(alice: ApiClient, field: Callable[[str], str]) -> None:
    await alice.put(field("avatar_url"), {"avatar_url": AVATAR})
    for name in ("displayname", "avatar_url"):
        assert (await alice.put(field(name), {name: ""})).ok() == {}
        assert (await alice.get(field(name))).status == 404


async def test_wrong_values_and_names_are_refused(alice: ApiClient, field: Callable[[str], str]) -> None:
    wrong: list[tuple[str, JsonValue, str]] = [
        ("displayname", 7, "M_INVALID_PARAM"),
        ("displayname", None, "M_INVALID_PARAM"),
        ("displayname", "x" * 257, "M_INVALID_PARAM"),
        ("avatar_url", "https://example.org/me.png", "M_INVALID_PARAM"),
        ("avatar_url", {}, "M_INVALID_PARAM"),
        ("m.tz", "Europe London", "M_INVALID_PARAM"),
        ("nickname", "x", "M_INVALID_PARAM"),
        ("M.tz", "x", "M_INVALID_PARAM"),
        ("m." + "x" * 254, "x", "M_KEY_TOO_LARGE"),
    ]
    for name, value, errcode in wrong:
        reply = await alice.put(field(name), {name: value})
        assert (reply.status, reply.errcode) == (400, errcode), name
    assert (await alice.put(field("displayname"), {"name": "x"})).errcode == "M_MISSING_PARAM"
    assert (await alice.put(field("displayname"), ["displayname"])).errcode == "M_BAD_JSON"


async def test_profile_is_bounded_as_a_whole(alice: ApiClient, field: Callable[[str], str]) -> None:
    half = "x" * (MAX_PROFILE_BYTES // 2 - 100)
    assert (await alice.put(field("org.example.a"), {"org.example.a": half})).status == 200
    assert (await alice.put(field("org.example.b"), {"org.example.b": half})).status == 200
    reply = await alice.put(field("org.example.c"), {"org.example.c": "x" * 200})
    assert (reply.status, reply.errcode) == (400, "M_PROFILE_TOO_LARGE")
    assert (await alice.put(field("org.example.b"), {"org.example.b": half})).status == 200
    assert len((await alice.get(f"/profile/{alice.user_id}")).body) <= MAX_PROFILE_BYTES


async def test_only_the_owner_writes(client: ApiClient, bob: ApiClient, field: Callable[[str], str]) -> None:
    for name in ("displayname", "org.example.job"):
        assert (await bob.put(field(name), {name: "x"})).errcode == "M_FORBIDDEN"
        assert (await bob.delete(field(name))).errcode == "M_FORBIDDEN"
        assert (await client.put(field(name), {name: "x"})).errcode == "M_MISSING_TOKEN"


async def test_unknown_users_have_no_profile(client: ApiClient) -> None:
    assert (await client.get("/profile/@nobody:example.org")).errcode == "M_NOT_FOUND"
    assert (await client.get("/profile/@nobody:example.org/displayname")).errcode == "M_NOT_FOUND"
    for user_id in ("nobody", "@nobody", "%40a%2Fb", ""):
        assert (await client.get(f"/profile/{user_id}")).errcode == "M_INVALID_PARAM"
