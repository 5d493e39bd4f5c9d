"""Relations, threads, and what is bundled with their parents.

Spec: https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events
"""

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.history_support import Room, ids, ignore, make_room, texts
from tests.support.fake_clock import FakeClock

INSERT_RELATION = """
INSERT INTO relations (parent_id, event_nid, room_nid, rel_type)
SELECT $1, event_nid, room_nid, 'm.reference' FROM events WHERE event_id = $2
"""


@pytest.fixture
async def room(alice: ApiClient, bob: ApiClient) -> Room:
    return await make_room(alice, bob)


async def test_newest_edit_is_bundled_whole(alice: ApiClient, room: Room, clock: FakeClock) -> None:
    original = await room.say("one")
    await room.edit(original, "two")
    clock.advance(1)
    newest = await room.edit(original, "three")
    shown = await room.event(alice, original)
    assert shown["content"]["body"] == "one"
    edit = shown["unsigned"]["m.relations"]["m.replace"]
    assert (edit["event_id"], edit["sender"], edit["room_id"]) == (newest, alice.user_id, room.room_id)
    assert edit["content"]["m.new_content"]["body"] == "three"
    await room.redact(newest)
    again = (await room.bundled(alice, original))["m.replace"]
    assert again["content"]["m.new_content"]["body"] == "two"


async def test_invalid_edits_are_not_bundled(alice: ApiClient, bob: ApiClient, room: Room) -> None:
    original = await room.say("one")
    await room.edit(original, "by somebody else", bob)
    await room.relate(original, "m.replace", body='without content "m.new_content":')
    relation = {"m.relates_to": {"rel_type": "m.replace", "event_id": original}, "m.new_content": {}}
    await room.send("org.example.other", relation)
    elsewhere = await make_room(alice)
    await elsewhere.edit(original, "from another room")
    assert await room.bundled(alice, original) == {}
    edit = await room.edit(original, "two")
    await room.edit(edit, "an edit of an edit")
    assert await room.bundled(alice, edit) == {}
    topic = await room.set("m.room.topic", {"topic": "t"})
    await room.send(
        "m.room.topic", {"m.new_content": {}, "m.relates_to": {"rel_type": "m.replace", "event_id": topic}}
    )
    assert await room.bundled(alice, topic) == {}


async def test_redacted_event_carries_no_edit(alice: ApiClient, room: Room) -> None:
    original = await room.say("one")
    await room.edit(original, "two")
    await room.redact(original)
    assert await room.bundled(alice, original) == {}


async def test_encrypted_edit_is_bundled_unseen(alice: ApiClient, room: Room) -> None:
    original = await room.send("m.room.encrypted", {"ciphertext": "a"})
    relation = {"rel_type": "m.replace", "event_id": original}
    edit = await room.send("m.room.encrypted", {"ciphertext": "b", "m.relates_to": relation})
    assert (await room.bundled(alice, original))["m.replace"]["event_id"] == edit


async def test_thread_is_summarised_at_its_root(alice: ApiClient, bob: ApiClient, room: Room) -> None:
    root = await room.say("root")
    await room.relate(root, "m.thread", body="first")
    latest = await room.relate(root, "m.thread", bob, body="second")
    await room.redact(await room.relate(root, "m.thread", body="gone"))
    edit = await room.edit(latest, "second, edited", bob)
    thread = (await room.bundled(alice, root))["m.thread"]
    assert thread["count"] == 2
    assert thread["current_user_participated"] is True
    assert thread["latest_event"]["event_id"] == latest
    assert thread["latest_event"]["unsigned"]["m.relations"]["m.replace"]["event_id"] == edit


async def test_participation_is_the_viewers_own(
    alice: ApiClient, bob: ApiClient, client: ApiClient, room: Room
) -> None:
    carol = await client.register("carol")
    await room.join(carol)
    root = await room.say("root")
    await room.relate(root, "m.thread", bob)
    for viewer, expected in ((alice, True), (bob, True), (carol, False)):
        assert (await room.bundled(viewer, root))["m.thread"]["current_user_participated"] is expected


async def test_ignored_users_do_not_count(alice: ApiClient, bob: ApiClient, room: Room) -> None:
    root = await room.say("root")
    own = await room.relate(root, "m.thread", body="own")
    await room.relate(root, "m.thread", bob, body="noise")
    reference = await room.relate(root, "m.reference")
    await room.relate(root, "m.reference", bob)
    await ignore(alice, bob)
    bundled = await room.bundled(alice, root)
    assert bundled["m.thread"]["count"] == 1
    assert bundled["m.thread"]["latest_event"]["event_id"] == own
    assert bundled["m.reference"] == {"chunk": [{"event_id": reference}]}
    assert texts((await room.relations(alice, root))["chunk"]) == ["m.reference", "own"]


async def test_former_member_learns_nothing_from_bundles(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    root = await room.say("root")
    seen = await room.relate(root, "m.thread", body="seen")
    await room.leave(bob)
    await room.relate(root, "m.thread", body="unseen")
    await room.edit(root, "unseen")
    await room.relate(root, "m.reference", body="unseen")
    bundled = await room.bundled(bob, root)
    assert set(bundled) == {"m.thread"}
    assert (bundled["m.thread"]["count"], bundled["m.thread"]["latest_event"]["event_id"]) == (1, seen)
    assert ids((await room.relations(bob, root))["chunk"]) == [seen]
    threads = (await bob.get(f"{room.path_v1}/threads")).ok()["chunk"]
    assert threads[0]["unsigned"]["m.relations"]["m.thread"]["count"] == 1


async def test_references_are_listed_and_annotations_are_not(alice: ApiClient, room: Room) -> None:
    parent = await room.say("parent")
    references = [await room.relate(parent, "m.reference") for _ in range(2)]
    annotation = {"m.relates_to": {"rel_type": "m.annotation", "event_id": parent, "key": "+1"}}
    await room.send("m.reaction", annotation)
    assert await room.bundled(alice, parent) == {
        "m.reference": {"chunk": [{"event_id": r} for r in references]}
    }


async def test_relations_are_narrowed_by_relation_and_type(alice: ApiClient, room: Room) -> None:
    parent = await room.say("parent")
    thread = await room.relate(parent, "m.thread")
    reference = await room.relate(parent, "m.reference")
    relation = {"m.relates_to": {"rel_type": "m.reference", "event_id": parent}}
    other = await room.send("org.example.other", relation)
    assert ids((await room.relations(alice, parent))["chunk"]) == [other, reference, thread]
    assert ids((await room.relations(alice, parent, "/m.reference"))["chunk"]) == [other, reference]
    assert ids((await room.relations(alice, parent, "/m.reference/org.example.other"))["chunk"]) == [other]
    assert ids((await room.relations(alice, parent, "/m.annotation"))["chunk"]) == []
    await room.redact(other)
    assert ids((await room.relations(alice, parent, "/m.reference"))["chunk"]) == [reference]


async def test_relations_come_page_by_page_both_ways(alice: ApiClient, room: Room) -> None:
    parent = await room.say("parent")
    children = [await room.relate(parent, "m.thread") for _ in range(5)]
    first = await room.relations(alice, parent, limit=2)
    second = await room.relations(alice, parent, limit=2, **{"from": first["next_batch"]})
    third = await room.relations(alice, parent, limit=2, **{"from": second["next_batch"]})
    assert [ids(page["chunk"]) for page in (first, second, third)] == [
        children[:2:-1],
        children[2:0:-1],
        children[:1],
    ]
    assert "prev_batch" not in first
    assert second["prev_batch"] == first["next_batch"]
    assert "next_batch" not in third
    forth = await room.relations(alice, parent, limit=3, dir="f")
    assert ids(forth["chunk"]) == children[:3]
    rest = await room.relations(alice, parent, limit=2, dir="f", **{"from": forth["next_batch"]})
    assert ids(rest["chunk"]) == children[3:]
    assert "next_batch" not in rest
    upto = await room.relations(alice, parent, to=first["next_batch"])
    assert ids(upto["chunk"]) == ids(first["chunk"])


async def test_recursion_follows_relations_of_relations(alice: ApiClient, room: Room) -> None:
    parent = await room.say("parent")
    chain = [parent]
    for _ in range(5):
        chain.append(await room.relate(chain[-1], "m.reference"))
    found = await room.relations(alice, parent, recurse="true")
    assert ids(found["chunk"]) == chain[3:0:-1]
    assert found["recursion_depth"] == 3
    assert "recursion_depth" not in await room.relations(alice, parent)
    edit = await room.edit(chain[1], "edited")
    found = await room.relations(alice, parent, "/m.replace", recurse="true")
    assert ids(found["chunk"]) == []  # reached through a reference only
    found = await room.relations(alice, parent, recurse="true", limit=1)
    assert ids(found["chunk"]) == [edit]


async def test_recursion_does_not_return_to_its_start(
    alice: ApiClient, room: Room, services: Services
) -> None:
    """Servers choose the event ids of room versions 1 and 2, and so may let events relate in a circle."""
    first = await room.say("first")
    second = await room.relate(first, "m.reference")
    async with services.db.acquire() as conn:
        await conn.execute(INSERT_RELATION, second, first)
    found = await room.relations(alice, first, recurse="true")
    assert ids(found["chunk"]) == [second]


async def test_what_was_added_in_ones_absence_is_not_bundled(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    await room.set_visibility("joined")
    edited, root = await room.say("one"), await room.say("root")
    await room.leave(bob)
    await room.edit(edited, "secret")
    await room.relate(root, "m.thread", body="secret")
    await room.join(bob)
    assert set(await room.bundled(alice, edited)) == {"m.replace"}
    assert await room.bundled(bob, edited) == {}
    assert await room.bundled(bob, root) == {}


async def test_threads_are_ordered_by_their_newest_event(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    roots = [await room.say(str(number), bob) for number in range(4)]
    for root in (roots[0], roots[1], roots[2], roots[0]):
        await room.relate(root, "m.thread", bob)
    await room.relate(roots[1], "m.thread")

    async def threads(viewer: ApiClient, **params: str | int) -> tuple[list[str], str | None]:
        page = (await viewer.get(f"{room.path_v1}/threads", **params)).ok()
        assert all("m.thread" in e["unsigned"]["m.relations"] for e in page["chunk"])
        return ids(page["chunk"]), page.get("next_batch")

    assert await threads(alice) == ([roots[1], roots[0], roots[2]], None)
    first, token = await threads(alice, limit=2)
    assert first == [roots[1], roots[0]]
    assert token is not None
    assert await threads(alice, limit=2, **{"from": token}) == ([roots[2]], None)
    assert await threads(alice, include="participated") == ([roots[1]], None)
    assert len((await threads(bob, include="participated"))[0]) == 3
    assert (await alice.get(f"{room.path_v1}/threads", include="x")).errcode == "M_INVALID_PARAM"
    assert (await alice.get(f"{room.path_v1}/threads", **{"from": "x"})).errcode == "M_INVALID_PARAM"


async def test_thread_root_of_an_ignored_user_is_shown_redacted(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    root = await room.say("noise", bob)
    await room.relate(root, "m.thread")
    await ignore(alice, bob)
    shown = (await alice.get(f"{room.path_v1}/threads")).ok()["chunk"]
    assert ids(shown) == [root]
    assert shown[0]["content"] == {}
    seen_by_bob = (await bob.get(f"{room.path_v1}/threads")).ok()["chunk"]
    assert texts(seen_by_bob) == ["noise"]


async def test_no_thread_starts_at_an_event_that_relates_to_another(alice: ApiClient, room: Room) -> None:
    original = await room.say("one")
    late = await room.say("late")
    edit = await room.edit(original, "two")
    content: JsonObject = {"body": "x", "m.relates_to": {"rel_type": "m.thread", "event_id": edit}}
    reply = await alice.put(f"{room.path}/send/m.room.message/t", content)
    assert (reply.status, reply.errcode) == (400, "M_UNKNOWN")
    await room.relate(late, "m.thread")
    assert ids((await alice.get(f"{room.path_v1}/threads")).ok()["chunk"]) == [late]


async def test_same_annotation_is_refused_twice_but_not_in_a_repeated_transaction(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    parent = await room.say("parent")

    async def react(client: ApiClient, txn_id: str, key: str = "+1") -> object:
        content: JsonObject = {"m.relates_to": {"rel_type": "m.annotation", "event_id": parent, "key": key}}
        reply = await client.put(f"{room.path}/send/m.reaction/{txn_id}", content)
        return reply.json.get("event_id", reply.errcode)

    first = await react(alice, "a")
    assert await react(alice, "a") == first
    assert await react(alice, "b") == "M_DUPLICATE_ANNOTATION"
    assert str(await react(alice, "c", "-1")).startswith("$")
    assert str(await react(bob, "a")).startswith("$")
    await room.redact(str(first))
    assert str(await react(alice, "d")).startswith("$")


async def test_bundles_are_shown_on_pages_too(alice: ApiClient, room: Room) -> None:
    original = await room.say("one")
    await room.edit(original, "two")
    page = (await room.messages(alice, limit=2))["chunk"]
    assert "m.replace" in page[1]["unsigned"]["m.relations"]
    context = await room.context(alice, original)
    assert "m.replace" in context["event"]["unsigned"]["m.relations"]
