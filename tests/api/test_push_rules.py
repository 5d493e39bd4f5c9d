"""The push rules API."""

import asyncio
from urllib.parse import quote

import orjson
import pytest

from federation.protocol.ids import UserId
from homeserver.client_data.copy_room_data import copy_room_data
from homeserver.http.context import Services
from homeserver.json_types import JsonObject, JsonValue
from homeserver.push import check_rule
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock
from tests.support.rooms import make_room

NOTIFY: JsonObject = {"actions": ["notify"]}
HUGE = "an integer beyond 64 bits"


def path(kind: str, rule_id: str, rest: str = "") -> str:
    return f"/pushrules/global/{kind}/{quote(rule_id, safe='')}{rest}"


async def put(user: ApiClient, kind: str, rule_id: str, body: object = NOTIFY, **neighbor: str) -> Reply:
    return await user.put(path(kind, rule_id), body, **neighbor)


async def own_ids(user: ApiClient, kind: str) -> list[str]:
    rules = (await user.get("/pushrules/")).ok()["global"][kind]
    return [rule["rule_id"] for rule in rules if not rule["default"]]


async def test_new_accounts_have_the_servers_rules(alice: ApiClient) -> None:
    rules = (await alice.get("/pushrules/")).ok()["global"]
    assert [rule["rule_id"] for rule in rules["override"]] == [
        ".m.rule.master",
        ".m.rule.suppress_notices",
        ".m.rule.invite_for_me",
        ".m.rule.member_event",
        ".m.rule.is_user_mention",
        ".m.rule.is_room_mention",
        ".m.rule.tombstone",
        ".m.rule.reaction",
        ".m.rule.room.server_acl",
        ".m.rule.suppress_edits",
    ]
    assert [rule["rule_id"] for rule in rules["underride"]] == [
        ".m.rule.call",
        ".m.rule.encrypted_room_one_to_one",
        ".m.rule.room_one_to_one",
        ".m.rule.message",
        ".m.rule.encrypted",
    ]
    assert (rules["content"], rules["room"], rules["sender"]) == ([], [], [])
    assert rules["override"][2]["conditions"][2]["pattern"] == alice.user_id
    assert (await alice.get("/pushrules/global/")).ok() == rules


@pytest.mark.parametrize(
    ("kind", "rule_id", "parameters"),
    [
        ("room", "!room:example.org", {}),
        ("sender", "@bob:example.org", {}),
        ("content", "тест", {"pattern": "те*т"}),
        ("override", "o", {"conditions": [{"kind": "event_match", "key": "type", "pattern": "m.x"}]}),
        ("underride", "u", {"conditions": [{"kind": "org.example.unknown", "x": [1]}]}),
    ],
)
async def test_rules_of_every_kind_are_kept(
    alice: ApiClient, kind: str, rule_id: str, parameters: JsonObject
) -> None:
    actions: list[JsonValue] = ["notify", {"set_tweak": "sound", "value": "a\0b"}]
    (await put(alice, kind, rule_id, {"actions": actions, **parameters})).ok()
    expected = {"rule_id": rule_id, "default": False, "enabled": True, "actions": actions, **parameters}
    assert (await alice.get(path(kind, rule_id))).ok() == expected
    assert (await alice.get(path(kind, rule_id, "/enabled"))).ok() == {"enabled": True}
    assert (await alice.get(path(kind, rule_id, "/actions"))).ok() == {"actions": actions}
    (await alice.delete(path(kind, rule_id))).ok()
    assert (await alice.get(path(kind, rule_id))).status == 404
    assert (await alice.delete(path(kind, rule_id))).status == 404


async def test_rules_stand_where_before_and_after_put_them(alice: ApiClient) -> None:
    for rule_id in "abc":
        (await put(alice, "room", rule_id)).ok()
    assert await own_ids(alice, "room") == ["c", "b", "a"]
    (await put(alice, "room", "d", before="a")).ok()
    assert await own_ids(alice, "room") == ["c", "b", "d", "a"]
    (await put(alice, "room", "e", after="c")).ok()
    assert await own_ids(alice, "room") == ["c", "e", "b", "d", "a"]
    (await put(alice, "room", "a", before="c", after="b")).ok()
    assert await own_ids(alice, "room") == ["a", "c", "e", "b", "d"]
    (await put(alice, "room", "b", {"actions": []})).ok()
    assert await own_ids(alice, "room") == ["a", "c", "e", "b", "d"]


async def test_own_rules_come_before_the_servers_but_for_the_master_rule(alice: ApiClient) -> None:
    (await put(alice, "override", "mine")).ok()
    rules = (await alice.get("/pushrules/")).ok()["global"]["override"]
    assert [rule["rule_id"] for rule in rules[:3]] == [".m.rule.master", "mine", ".m.rule.suppress_notices"]


@pytest.mark.parametrize("neighbor", ["unknown", ".m.rule.message", "x"])
async def test_a_neighbor_must_be_another_rule_of_ones_own(alice: ApiClient, neighbor: str) -> None:
    (await put(alice, "underride", "x")).ok()
    for name in ("before", "after"):
        reply = await put(alice, "underride", "x", **{name: neighbor})
        assert (reply.status, reply.errcode) == (400, "M_UNKNOWN")


async def test_putting_a_rule_again_replaces_it_and_leaves_it_switched_off(alice: ApiClient) -> None:
    (await put(alice, "content", "x", {**NOTIFY, "pattern": "tea"})).ok()
    (await alice.put(path("content", "x", "/enabled"), {"enabled": False})).ok()
    (await put(alice, "content", "x", {"actions": [], "pattern": "time"})).ok()
    rule = (await alice.get(path("content", "x"))).ok()
    assert (rule["enabled"], rule["actions"], rule["pattern"]) == (False, [], "time")


async def test_default_rules_can_be_switched_and_given_other_actions(alice: ApiClient) -> None:
    rules = (await alice.get("/pushrules/")).ok()["global"]
    for kind, rule_id in [(name, rule["rule_id"]) for name in rules for rule in rules[name]]:
        for enabled in (True, False, True):
            (await alice.put(path(kind, rule_id, "/enabled"), {"enabled": enabled})).ok()
            assert (await alice.get(path(kind, rule_id, "/enabled"))).ok() == {"enabled": enabled}
        (await alice.put(path(kind, rule_id, "/actions"), {"actions": ["dont_notify"]})).ok()
        rule = (await alice.get(path(kind, rule_id))).ok()
        assert (rule["actions"], rule["enabled"], rule["default"]) == (["dont_notify"], True, True)
    assert (await alice.delete(path("underride", ".m.rule.message"))).status == 404


@pytest.mark.parametrize(
    ("kind", "rule_id"), [("override", ".not.a.rule"), ("override", ".m.rule.message"), ("sender", "@b:c")]
)
async def test_unknown_rules_are_not_found(alice: ApiClient, kind: str, rule_id: str) -> None:
    replies = [
        await alice.get(path(kind, rule_id)),
        await alice.get(path(kind, rule_id, "/enabled")),
        await alice.get(path(kind, rule_id, "/actions")),
        await alice.put(path(kind, rule_id, "/enabled"), {"enabled": True}),
        await alice.put(path(kind, rule_id, "/actions"), NOTIFY),
        await alice.delete(path(kind, rule_id)),
    ]
    assert {(reply.status, reply.errcode) for reply in replies} == {(404, "M_NOT_FOUND")}


@pytest.mark.parametrize(
    ("kind", "rule_id", "body"),
    [
        ("room", ".m.mine", NOTIFY),
        ("room", "a/b", NOTIFY),
        ("room", "a\\b", NOTIFY),
        ("room", "", NOTIFY),
        ("room", "x" * 256, NOTIFY),
        ("not_a_kind", "x", NOTIFY),
        ("room", "x", {}),
        ("room", "x", {"actions": "notify"}),
        ("room", "x", {"actions": ["not_an_action"]}),
        ("room", "x", {"actions": [{"set_tweak": 1}]}),
        ("room", "x", {"actions": ["notify"] * 21}),
        ("room", "x", {"actions": [{"set_tweak": "sound", "value": HUGE}]}),
        ("room", "x", {"actions": [{"set_tweak": "sound", "value": "x" * 9_000}]}),
        ("content", "x", NOTIFY),
        ("content", "x", {**NOTIFY, "pattern": "x" * 256}),
        ("override", "x", {**NOTIFY, "conditions": [{}]}),
        ("override", "x", {**NOTIFY, "conditions": [{"kind": 1}]}),
        ("override", "x", {**NOTIFY, "conditions": [{"kind": "event_match", "key": "type"}]}),
        ("override", "x", {**NOTIFY, "conditions": [{"kind": "room_member_count", "is": "=2"}]}),
        (
            "override",
            "x",
            {**NOTIFY, "conditions": [{"kind": "event_property_is", "key": "a", "value": {}}]},
        ),
        ("override", "x", {**NOTIFY, "conditions": [{"kind": "unknown"}] * 21}),
        ("override", "x", {**NOTIFY, "conditions": [{"kind": "unknown", "x": HUGE}]}),
    ],
)
async def test_malformed_rules_are_refused(
    alice: ApiClient, kind: str, rule_id: str, body: JsonObject
) -> None:
    sent = orjson.dumps(body).replace(orjson.dumps(HUGE), b"1" * 30)
    reply = await alice.request("PUT", path(kind, rule_id), data=sent)
    assert reply.status == 400
    assert await own_ids(alice, "room") == []


@pytest.mark.parametrize(
    "asked",
    ["/pushrules/global", "/pushrules/device/", "/pushrules/global/nothing/", "/pushrules/global/room"],
)
async def test_paths_that_name_no_rules_are_refused(alice: ApiClient, asked: str) -> None:
    assert (await alice.get(asked)).status == 400
    assert (await alice.put(asked, NOTIFY)).status == 400


async def test_number_and_bytes_of_rules_are_bounded(
    alice: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuwunel 1.9.0: ten thousand rules of a kilobyte each were taken."""
    monkeypatch.setattr(check_rule, "MAX_RULES", 2)
    (await put(alice, "room", "a")).ok()
    (await put(alice, "room", "b")).ok()
    assert (await put(alice, "sender", "c")).status == 400
    assert (await alice.put(path("override", ".m.rule.master", "/enabled"), {"enabled": True})).status == 400
    (await put(alice, "room", "a", {"actions": []})).ok()
    monkeypatch.setattr(check_rule, "MAX_RULES", 9)
    monkeypatch.setattr(check_rule, "MAX_BYTES", 100)
    long = {"actions": [{"set_tweak": "x" * 100}]}
    assert (await put(alice, "room", "c", long)).status == 400
    assert (await alice.put(path("room", "a", "/actions"), long)).status == 400


async def test_rules_put_at_the_same_time_are_all_kept(alice: ApiClient) -> None:
    await asyncio.gather(*(put(alice, "room", f"!{n}:example.org") for n in range(8)))
    assert len(await own_ids(alice, "room")) == 8


async def test_syncs_show_the_rules_at_first_and_whenever_they_change(alice: ApiClient) -> None:
    def shown(sync: JsonObject) -> list[JsonObject]:
        events = sync["account_data"]["events"]
        return [event["content"] for event in events if event["type"] == "m.push_rules"]

    first = (await alice.get("/sync")).ok()
    assert shown(first) == [(await alice.get("/pushrules/")).ok()]
    (await alice.put(path("override", ".m.rule.master", "/enabled"), {"enabled": True})).ok()
    second = (await alice.get("/sync", since=first["next_batch"])).ok()
    assert shown(second) == [(await alice.get("/pushrules/")).ok()]
    assert shown(second)[0]["global"]["override"][0]["enabled"] is True
    (await alice.put(path("override", ".m.rule.master", "/enabled"), {"enabled": True})).ok()
    (await alice.put(f"/user/{alice.user_id}/account_data/m.other", {})).ok()
    assert shown((await alice.get("/sync", since=second["next_batch"])).ok()) == []
    assert shown((await alice.get("/sync")).ok()) == shown(second)


async def test_account_data_shows_the_rules_but_does_not_set_them(alice: ApiClient) -> None:
    data = f"/user/{alice.user_id}/account_data/m.push_rules"
    assert (await alice.get(data)).ok() == (await alice.get("/pushrules/")).ok()
    (await put(alice, "room", "!x:example.org")).ok()
    assert (await alice.get(data)).ok() == (await alice.get("/pushrules/")).ok()
    assert (await alice.put(data, {"global": {}})).status == 405


async def test_rules_of_others_are_their_own(alice: ApiClient, bob: ApiClient) -> None:
    (await put(alice, "room", "!x:example.org")).ok()
    assert await own_ids(bob, "room") == []


async def test_an_upgraded_room_takes_over_the_rules_of_the_old_one(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    old = await make_room(services.rooms, UserId(alice.user_id))
    clock.advance(1)
    new = await make_room(services.rooms, UserId(alice.user_id))
    muted = {"kind": "event_match", "key": "room_id", "pattern": old.room_id}
    (await put(alice, "room", old.room_id, {"actions": ["dont_notify"]})).ok()
    (await put(alice, "override", old.room_id, {"actions": [], "conditions": [muted]})).ok()
    alice_nid = await services.rooms.names.intern_user(UserId(alice.user_id))
    for _ in range(2):
        await copy_room_data(services.client_data, alice_nid, old, new)
    assert await own_ids(alice, "room") == [new.room_id, old.room_id]
    copied = (await alice.get(path("override", new.room_id))).ok()
    assert copied["conditions"] == [{**muted, "pattern": new.room_id}]
