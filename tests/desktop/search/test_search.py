"""Finding messages in the store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.changes import RoomKeysReceived
from client_desktop.core.search import Search, SearchFilter
from client_desktop.core.search.folding import fold, fold_with_places, parse_words
from client_desktop.core.search.search import excerpt
from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.desktop.clients import OpenClient
from tests.desktop.homeserver import Homeserver
from tests.desktop.timeline.world import BOB, CAROL, ME, ROOM, START_MS, World
from tests.desktop.waiting import until


def found(search: Search, query: str, **where: object) -> list[str]:
    return [hit.text for hit in search.find_page(query, SearchFilter(**where)).hits]  # type: ignore[arg-type]


async def test_messages_are_found_by_parts_of_words(world: World, search: Search) -> None:
    world.sync(world.text("The cat sat"), world.text("A dog"), world.text("concatenate"))
    assert found(search, "cat") == ["concatenate", "The cat sat"]
    assert found(search, "CAT the") == ["The cat sat"]
    assert found(search, "mouse") == []


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Grüße aus Köln", "grusse"),
        ("Grüße aus Köln", "koln"),
        ("\uff26\uff55\uff4c\uff4c width", "full"),
        ("今日は天気がいい", "天気"),
        ("今日は天気がいい", "天"),
        ("go to the zoo", "to"),
        ("100% sure_thing", "100%"),
        ("100% sure_thing", "e_"),
        ('say "hello there" now', '"hello there"'),
        ("a AND b NOT c", "AND"),
    ],
)
async def test_words_are_compared_without_case_accents_and_width(
    world: World, search: Search, text: str, query: str
) -> None:
    world.sync(world.text(text), world.text("something else"))
    assert found(search, query) == [text]


@pytest.mark.parametrize("query", ["", "   ", '"', '""', "%", "_", "NEAR(", "x*", "a OR", "\\"])
async def test_no_query_breaks_anything(world: World, search: Search, query: str) -> None:
    world.sync(world.text("plain"))
    assert found(search, query) == []


async def test_quoted_words_stand_together(world: World, search: Search) -> None:
    world.sync(world.text("hello dear world"), world.text("hello world"))
    assert found(search, '"hello world"') == ["hello world"]


async def test_encrypted_messages_are_found_once_they_can_be_read(world: World, search: Search) -> None:
    message = world.text("hidden treasure", event_id="$m")
    world.sync(world.encrypted(message, readable=False))
    assert found(search, "treasure") == []
    world.keys.clear["$m"] = {"type": message["type"], "content": message["content"]}
    await world.timelines.open(ROOM)
    world.changes.publish(RoomKeysReceived(ME, ROOM, frozenset({"s1"})))
    await world.settle()
    assert found(search, "treasure") == ["hidden treasure"]


async def test_redacted_messages_are_found_no_more(world: World, search: Search) -> None:
    world.sync(world.text("secret word", event_id="$m"))
    world.sync(world.redaction("$m"))
    assert found(search, "secret") == []
    assert world.store.db.execute("SELECT count(*) FROM search_texts").fetchone() == (0,)


async def test_edited_messages_are_found_by_what_they_say_now(world: World, search: Search) -> None:
    world.sync(world.text("first words", event_id="$m"), world.edit("$m", "second thoughts"))
    assert found(search, "first") == []
    assert found(search, "thoughts") == ["second thoughts"]


async def test_forged_edits_change_nothing_that_is_found(world: World, search: Search) -> None:
    world.sync(world.text("first words", event_id="$m"), world.edit("$m", "forged", CAROL))
    assert found(search, "forged") == []
    assert found(search, "first") == ["first words"]


async def test_redacted_edit_is_found_no_more(world: World, search: Search) -> None:
    edit = world.edit("$m", "second")
    world.sync(world.text("first", event_id="$m"), edit)
    world.sync(world.redaction(edit["event_id"]))
    assert found(search, "second") == []
    assert found(search, "first") == ["first"]


async def test_filters_narrow_what_is_found(world: World, search: Search) -> None:
    image = {"msgtype": "m.image", "body": "word.png", "url": "mxc://x/y"}
    world.sync(world.text("word", BOB), world.text("word", CAROL), world.event(image))
    assert len(found(search, "word")) == 3
    assert len(found(search, "word", sender=CAROL)) == 1
    assert len(found(search, "word", kind="image")) == 1
    assert len(found(search, "word", room_id="!other:x")) == 0
    assert len(found(search, "word", after_ms=START_MS + 7000)) == 2
    assert len(found(search, "word", before_ms=START_MS + 7000)) == 1


async def test_pages_follow_each_other_without_gap_or_repetition(world: World, search: Search) -> None:
    world.sync(*(world.text(f"word {number}") for number in range(7)))
    token, texts = None, []
    for _ in range(10):
        page = search.find_page("word", SearchFilter(), token=token, limit=3)
        texts += [hit.text for hit in page.hits]
        token = page.next
        if token is None:
            break
    assert texts == [f"word {number}" for number in reversed(range(7))]


async def test_polls_and_file_names_are_found(world: World, search: Search) -> None:
    start = {
        "org.matrix.msc3381.poll.start": {
            "question": {"org.matrix.msc1767.text": "Where to?"},
            "answers": [{"id": "a", "org.matrix.msc1767.text": "Beach"}],
        }
    }
    file = {"msgtype": "m.file", "body": "the report", "filename": "q3.pdf", "url": "mxc://x/y"}
    world.sync(world.event(start, "org.matrix.msc3381.poll.start"), world.event(file))
    assert found(search, "beach") == ["Where to? Beach"]
    assert found(search, "q3.pdf") == ["the report q3.pdf"]


async def test_what_is_found_is_marked_and_escaped(world: World, search: Search) -> None:
    world.sync(world.text("<b>Käse</b> & kase"))
    (hit,) = search.find("kase")
    assert hit.html == "&lt;b&gt;<b>Käse</b>&lt;/b&gt; &amp; <b>kase</b>"
    assert (hit.sender, hit.sender_name, hit.room_id) == (BOB, "Bob", ROOM)


async def test_long_messages_are_shown_around_what_was_found(world: World, search: Search) -> None:
    world.sync(world.text("x" * 500 + " needle " + "y" * 500))
    (hit,) = search.find("needle", room_id=ROOM)
    assert "<b>needle</b>" in hit.html
    assert hit.text.startswith("…")
    assert hit.text.endswith("…")
    assert len(hit.text) < 250


async def test_ignored_people_are_not_found(world: World, search: Search) -> None:
    world.sync(world.text("spam", CAROL))
    world.account_data("m.ignored_user_list", {"ignored_users": {CAROL: {}}})
    assert found(search, "spam") == []


async def test_context_is_what_stands_around(world: World, search: Search) -> None:
    world.sync(*(world.text(f"m{number}", event_id=f"$m{number}") for number in range(9)))
    assert [item.body for item in search.context(ROOM, "$m4", 2)] == ["m2", "m3", "m4", "m5", "m6"]
    assert [item.body for item in search.context(ROOM, "$m0", 2)] == ["m0", "m1", "m2"]
    assert search.context(ROOM, "$unknown") == ()


async def test_without_the_server_its_part_is_empty(world: World, search: Search) -> None:
    assert (await search.find_on_server("", SearchFilter())).hits == ()


@given(st.text(max_size=50))
def test_places_of_folded_text_point_into_the_text(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(folded) == len(places)


@given(st.text("aäßẞ b.", max_size=400), st.text("aäß b", min_size=1, max_size=5))
def test_marks_lie_within_the_excerpt(text: str, query: str) -> None:
    shown, marks = excerpt(text, parse_words(query))
    assert all(0 <= start < end <= len(shown) for start, end in marks)


async def test_server_finds_what_this_device_has_not_read(
    open_client: OpenClient, nobody: ApiClient, homeserver: Homeserver
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    body = {"msgtype": "m.text", "body": "ancient wisdom"}
    (await bob.put(f"/_matrix/client/v3/rooms/{room_id}/send/m.room.message/0", json=body)).ok()
    for number in range(30):
        content = {"msgtype": "m.text", "body": f"chatter {number}"}
        (
            await bob.put(f"/_matrix/client/v3/rooms/{room_id}/send/m.room.message/c{number}", json=content)
        ).ok()
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    await until(lambda: alice.rooms.summary(room_id) is not None)
    assert alice.search.find("wisdom") == ()
    await homeserver.services.search.messages.until_done()
    page = await alice.search.find_on_server("wisdom", SearchFilter(room_id=room_id))
    assert [hit.text for hit in page.hits] == ["ancient wisdom"]
    assert [hit.text for hit in alice.search.find("wisdom")] == ["ancient wisdom"]
