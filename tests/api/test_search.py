"""Searching messages: what is found, by whom, and how it is shown."""

from typing import Any

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.search import find_visible, search_messages, surroundings
from tests.api.client import ApiClient
from tests.api.history_support import Room, ignore, make_room


class Searcher:
    """Searches as somebody, once everything sent so far can be found."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def page(
        self, client: ApiClient, term: str, next_batch: str | None = None, **criteria: Any
    ) -> JsonObject:
        await self._services.search.messages.until_done()
        body: JsonObject = {"search_categories": {"room_events": {"search_term": term, **criteria}}}
        params = {} if next_batch is None else {"next_batch": next_batch}
        found = (await client.post("/search", body, **params)).ok()
        page: JsonObject = found["search_categories"]["room_events"]
        return page

    async def ids(self, client: ApiClient, term: str, **criteria: Any) -> list[str]:
        page = await self.page(client, term, **criteria)
        return [result["result"]["event_id"] for result in page["results"]]


@pytest.fixture
def searcher(services: Services) -> Searcher:
    return Searcher(services)


async def test_messages_names_and_topics_are_found_by_their_words(
    alice: ApiClient, searcher: Searcher
) -> None:
    room = await make_room(alice, name="Gartenfreunde", topic="Tomatensuppe und mehr")
    cake = await room.say("I am baking cakes, and a Donauschifffahrtsgesellschaft")
    beijing = await room.say("我爱北京天安门")
    assert await searcher.ids(alice, "schifffahrt") == [cake]
    assert await searcher.ids(alice, "bake CAKE") == [cake]  # by the stems
    assert await searcher.ids(alice, "天安") == [beijing]
    assert await searcher.ids(alice, "cakes gone") == []
    assert await searcher.ids(alice, '"baking cakes"') == [cake]
    assert len(await searcher.ids(alice, "garten")) == 1
    assert len(await searcher.ids(alice, "suppe", keys=["content.topic"])) == 1
    assert await searcher.ids(alice, "suppe", keys=["content.body", "content.name"]) == []
    assert await searcher.ids(alice, "...") == []


async def test_an_edit_is_found_instead_of_what_it_replaced(alice: ApiClient, searcher: Searcher) -> None:
    room = await make_room(alice)
    original = await room.say("the first draft")
    assert await searcher.ids(alice, "draft") == [original]
    edit = await room.edit(original, "the final version")
    assert await searcher.ids(alice, "draft") == []
    assert await searcher.ids(alice, "final") == [original]
    await room.redact(edit)
    assert await searcher.ids(alice, "final") == []
    assert await searcher.ids(alice, "draft") == [original]
    await room.redact(original)
    body = {"search_categories": {"room_events": {"search_term": "draft"}}}
    at_once = (await alice.post("/search", body)).ok()["search_categories"]["room_events"]
    assert (at_once["results"], at_once["count"]) == ([], 0)
    assert await searcher.ids(alice, "draft") == []


async def test_a_search_shows_nothing_that_its_user_may_not_see(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, searcher: Searcher
) -> None:
    room = await make_room(alice)
    await room.set_visibility("joined")
    hidden = await room.say("secret before")
    await room.join(bob)
    seen = await room.say("secret between")
    await room.leave(bob)
    edited = await room.edit(seen, "nothing between")
    after = await room.say("secret after")
    assert set(await searcher.ids(alice, "secret")) == {hidden, after}
    page = await searcher.page(bob, "secret")
    assert (page["results"], page["count"]) == ([], 0)  # what he saw reads otherwise now
    assert await searcher.ids(bob, "nothing") == []  # and that he has not seen
    assert edited
    assert await searcher.ids(carol, "secret") == []


async def test_left_rooms_are_searched_until_they_are_forgotten(
    alice: ApiClient, bob: ApiClient, searcher: Searcher
) -> None:
    room = await make_room(alice, bob)
    kept = await room.say("remember me")
    await room.leave(bob)
    await room.say("remember nothing")
    assert await searcher.ids(bob, "remember") == [kept]
    (await bob.post(f"{room.path}/forget")).ok()
    assert await searcher.ids(bob, "remember") == []


async def test_ignored_people_are_not_found_and_filters_hold(
    alice: ApiClient, bob: ApiClient, searcher: Searcher
) -> None:
    one, two = await make_room(alice, bob), await make_room(alice, bob)
    from_bob = await one.say("needle one", bob)
    from_alice = await two.say("needle two", url="mxc://example.org/abc", msgtype="m.file")
    everywhere = {from_bob, from_alice}
    assert set(await searcher.ids(alice, "needle")) == everywhere
    wanted: list[tuple[JsonObject, set[str]]] = [
        ({"rooms": [one.room_id]}, {from_bob}),
        ({"not_rooms": [one.room_id]}, {from_alice}),
        ({"senders": [bob.user_id]}, {from_bob}),
        ({"not_senders": [bob.user_id]}, {from_alice}),
        ({"not_senders": ["@a\0:example.org"], "not_rooms": ["!\0"]}, everywhere),
        ({"senders": ["@a\0:example.org"]}, set()),
        ({"rooms": ["!\0"]}, set()),
        ({"senders": ["@nobody:example.org"]}, set()),
        ({"types": ["m.room.*"]}, everywhere),
        ({"not_types": ["m.room.message"]}, set()),
        ({"contains_url": True}, {from_alice}),
        ({"contains_url": False}, {from_bob}),
    ]
    for filter_, expected in wanted:
        assert set(await searcher.ids(alice, "needle", filter=filter_)) == expected, filter_
    await ignore(alice, bob)
    assert await searcher.ids(alice, "needle") == [from_alice]


async def test_pages_and_groups_lead_through_all_results(
    alice: ApiClient, bob: ApiClient, searcher: Searcher
) -> None:
    one, two = await make_room(alice, bob), await make_room(alice, bob)
    sent = [await (one, two)[n % 2].say(f"needle {n}", (alice, bob)[n % 2]) for n in range(5)]
    for order in ("recent", "rank"):
        criteria: JsonObject = {"filter": {"limit": 2}, "order_by": order}
        criteria["groupings"] = {"group_by": [{"key": "room_id"}, {"key": "sender"}]}
        found: list[str] = []
        token: str | None = None
        while True:
            page = await searcher.page(alice, "needle", token, **criteria)
            assert page["count"] == 5
            found += [result["result"]["event_id"] for result in page["results"]]
            token = page.get("next_batch")
            if token is None:
                break
        assert found == sent[::-1]
    first = await searcher.page(alice, "needle", **criteria)
    group = first["groups"]["room_id"][two.room_id]
    assert group["results"] == [sent[3]]
    rest = await searcher.page(alice, "needle", group["next_batch"], **criteria)
    assert [result["result"]["event_id"] for result in rest["results"]] == [sent[1]]
    by_bob = first["groups"]["sender"][bob.user_id]["next_batch"]
    rest = await searcher.page(alice, "needle", by_bob, **criteria)
    assert [result["result"]["event_id"] for result in rest["results"]] == [sent[1]]


async def test_the_best_match_comes_first_unless_the_newest_is_asked_for(
    alice: ApiClient, searcher: Searcher
) -> None:
    room = await make_room(alice)
    whole = await room.say("boat")
    inside = await room.say("a motorboat")
    assert await searcher.ids(alice, "boat") == [whole, inside]
    assert await searcher.ids(alice, "boat", order_by="recent") == [inside, whole]
    await room.say("Im Café, baking")
    page = await searcher.page(alice, "cafe Bake")
    assert page["highlights"] == ["cafe", "bake", "baking", "café"]


async def test_results_come_with_what_is_around_them(alice: ApiClient, searcher: Searcher) -> None:
    room = await make_room(alice, name="Deck")
    said = [await room.say(text) for text in ("one", "two", "the needle", "four", "five")]
    page = await searcher.page(
        alice,
        "needle",
        event_context={"before_limit": 1, "after_limit": 1, "include_profile": True},
        include_state=True,
    )
    [result] = page["results"]
    assert result["result"]["event_id"] == said[2]
    around = result["context"]
    assert [event["event_id"] for event in around["events_before"]] == [said[1]]
    assert [event["event_id"] for event in around["events_after"]] == [said[3]]
    assert around["profile_info"] == {alice.user_id: {"displayname": "alice"}}
    older = (await alice.get(f"{room.path}/messages", dir="b", limit=1, **{"from": around["start"]})).ok()
    assert [event["event_id"] for event in older["chunk"]] == [said[0]]
    assert "m.room.name" in {event["type"] for event in page["state"][room.room_id]}


async def test_an_upgraded_room_is_searched_with_its_predecessor(
    alice: ApiClient, searcher: Searcher
) -> None:
    old = await make_room(alice, room_version="11")
    sent = await old.say("needle in the past")
    reply = await alice.post(f"{old.path}/upgrade", {"new_version": "12"})
    new = Room(str(reply.ok()["replacement_room"]), alice)
    assert await searcher.ids(alice, "needle", filter={"rooms": [new.room_id]}) == [sent]
    refused = {"rooms": [new.room_id], "not_rooms": [old.room_id]}
    assert await searcher.ids(alice, "needle", filter=refused) == []


async def test_what_was_erased_is_not_found_by_who_came_later(
    alice: ApiClient, bob: ApiClient, carol: ApiClient, searcher: Searcher
) -> None:
    room = await make_room(alice, bob)
    sent = await room.say("my confession", bob)
    await room.join(carol)
    assert await searcher.ids(carol, "confession") == [sent]
    (await bob.post("/account/deactivate", {"auth": bob.password_auth(), "erase": True})).ok()
    assert await searcher.ids(carol, "confession") == []
    assert await searcher.ids(alice, "confession") == [sent]


async def test_matches_that_may_not_be_seen_end_no_page(
    alice: ApiClient, bob: ApiClient, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2026-45076: a page full of what is left out must not be the last one."""
    room = await make_room(alice, bob)
    seen = await room.say("needle")
    await room.leave(bob)
    for _ in range(5):
        await room.say("needle")
    monkeypatch.setattr(find_visible, "BATCH", 2)
    assert await searcher.ids(bob, "needle", order_by="recent") == [seen]
    monkeypatch.setattr(find_visible, "MAX_BATCHES", 1)
    page = await searcher.page(bob, "needle", order_by="recent")
    assert (page["results"], page["count"]) == ([], 0)
    for _ in range(2):
        page = await searcher.page(bob, "needle", page["next_batch"], order_by="recent")
    assert [result["result"]["event_id"] for result in page["results"]] == [seen]


async def test_what_a_search_asks_for_is_bounded(
    alice: ApiClient, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuwunel 1.9.0: neither the context nor the results are as many as a client likes."""
    monkeypatch.setattr(surroundings, "MAX_LIMIT", 1)
    monkeypatch.setattr(search_messages, "MAX_LIMIT", 2)
    room = await make_room(alice)
    for number in range(4):
        await room.say(f"needle {number}")
    much = {"before_limit": 10**9, "after_limit": 10**9}
    page = await searcher.page(alice, "needle", filter={"limit": 10**9}, event_context=much)
    assert len(page["results"]) == 2
    for result in page["results"]:
        assert len(result["context"]["events_before"]) <= 1 >= len(result["context"]["events_after"])
    body = {"search_categories": {"room_events": {"search_term": "x " * 100_000}}}
    assert (await alice.post("/search", body)).json["search_categories"]["room_events"]["count"] == 0


async def test_a_search_that_takes_too_long_is_given_up(
    alice: ApiClient, searcher: Searcher, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find_visible, "TIMEOUT_MS", 50)
    await (await make_room(alice)).say("needle")
    await services.search.messages.until_done()
    body = {"search_categories": {"room_events": {"search_term": "needle"}}}
    async with services.db.transaction() as conn:
        await conn.execute("LOCK TABLE search_texts")
        assert (await alice.post("/search", body)).status == 503
    assert (await alice.post("/search", body)).status == 200


@pytest.mark.parametrize(
    "token", ["x", "é", "W10", "WzEsMiwzLDRd", "W2ZhbHNlLDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MCwxLDFd"]
)
async def test_a_token_of_nobodys_is_refused(alice: ApiClient, token: str) -> None:
    body = {"search_categories": {"room_events": {"search_term": "x", "order_by": "recent"}}}
    assert (await alice.post("/search", body, next_batch=token)).errcode == "M_INVALID_PARAM"


@pytest.mark.parametrize("overrides", [{"search": {"enabled": False}}])
async def test_a_server_without_message_search_says_so(alice: ApiClient) -> None:
    body = {"search_categories": {"room_events": {"search_term": "x"}}}
    assert (await alice.post("/search", body)).errcode == "M_FORBIDDEN"
