"""The list of what a user was notified about."""

from urllib.parse import quote

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, room_path
from tests.api.unread_reader import Reader, mentioning, say


async def notifications(user: ApiClient, **params: str | int) -> JsonObject:
    return (await user.get("/notifications", **params)).ok()


def ids(page: JsonObject) -> list[str]:
    return [found["event"]["event_id"] for found in page["notifications"]]


async def test_what_notified_is_listed_newest_first_with_whether_it_was_read(
    reader: Reader, alice: ApiClient, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    first = await say(bob, room_id, "one")
    await say(alice, room_id, "my own")
    await say(bob, room_id, "quiet", msgtype="m.notice")
    second = await say(carol, room_id, "two", mentions=mentioning(alice))
    other = await create(carol, preset="public_chat")
    await say(carol, other, "before")
    (await join(alice, other)).ok()
    third = await say(carol, other, "three")
    invited = await create(carol)
    (await act(carol, invited, "invite", alice)).ok()
    page = await notifications(alice)
    assert ids(page)[1:] == [third, second, first]
    invite = page["notifications"][0]
    assert (invite["room_id"], invite["event"]["content"]["membership"]) == (invited, "invite")
    found = {item["event"]["event_id"]: item for item in page["notifications"]}
    assert {event_id: found[event_id]["read"] for event_id in (first, second, third)} == {
        first: True,
        second: False,
        third: False,
    }
    assert "room_id" not in found[third]["event"]
    assert found[second]["actions"][0] == "notify"
    assert "next_token" not in page
    await reader.read(room_id, second)
    assert (await notifications(alice))["notifications"][2]["read"] is True
    assert ids(await notifications(alice, only="highlight")) == [second]


async def test_pages_follow_each_other_without_gap_or_repetition(
    alice: ApiClient, bob: ApiClient, room_id: str
) -> None:
    sent = [await say(bob, room_id, str(number)) for number in range(5)]
    seen: list[str] = []
    page = await notifications(alice, limit=2)
    while "next_token" in page:
        seen += ids(page)
        page = await notifications(alice, limit=2, **{"from": page["next_token"]})
    assert [*seen, *ids(page)] == sent[::-1]
    assert (await alice.get("/notifications", **{"from": "nonsense"})).errcode == "M_INVALID_PARAM"
    assert (await alice.get("/notifications", limit=0)).errcode == "M_INVALID_PARAM"


async def test_a_thread_is_read_by_a_receipt_of_its_own(
    reader: Reader, alice: ApiClient, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id, "root")
    relation = {"rel_type": "m.thread", "event_id": root}
    inside = await say(bob, room_id, "inside", **{"m.relates_to": relation})
    later = await say(bob, room_id, "later")
    await reader.read(room_id, later, "main")
    read = {item["event"]["event_id"]: item["read"] for item in (await notifications(alice))["notifications"]}
    assert read == {root: True, inside: False, later: True}
    await reader.read(room_id, inside, root)
    read = {item["event"]["event_id"]: item["read"] for item in (await notifications(alice))["notifications"]}
    assert read[inside] is True


async def test_rules_redactions_and_those_ignored_are_heeded(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, room_id: str, services: Services
) -> None:
    redacted = await say(bob, room_id, "redacted")
    (await bob.put(room_path(room_id, f"/redact/{quote(redacted, safe='')}/r"), {})).ok()
    await say(carol, room_id, "ignored")
    kept = await say(bob, room_id, "kept")
    ignored: JsonObject = {"ignored_users": {carol.user_id: {}}}
    (await alice.put(f"/user/{quote(alice.user_id)}/account_data/m.ignored_user_list", ignored)).ok()
    assert ids(await notifications(alice)) == [kept]
    (await alice.put("/pushrules/global/override/.m.rule.master/enabled", {"enabled": True})).ok()
    assert ids(await notifications(alice)) == []
