"""Unread counts by thread: for who asks for them, beside the count of the main timeline.

Every count is asked for from memory and from the database, and all of them make up what others are told.
"""

from typing import Any
from urllib.parse import quote

import pytest

from homeserver.json_types import JsonObject
from homeserver.storage import unread
from homeserver.sync import unread_counts
from tests.api.client import ApiClient
from tests.api.room_calls import room_path, send
from tests.api.unread_reader import BY_THREAD, Reader, mentioning, say, threads_in

HIGHLIGHT: JsonObject = {"actions": ["notify", {"set_tweak": "highlight"}]}


def related(event_id: str, rel_type: str = "m.thread") -> JsonObject:
    return {"m.relates_to": {"rel_type": rel_type, "event_id": event_id}}


async def reply(user: ApiClient, room_id: str, root: str, body: str = "hello", **content: Any) -> str:
    """Say something in a thread."""
    return await say(user, room_id, body, **related(root), **content)


async def test_a_thread_is_counted_apart_from_the_main_timeline(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    assert await reader.threads(room_id) == {"main": (1, 0)}
    await reply(bob, room_id, root)
    await reply(bob, room_id, root, msgtype="m.notice")
    await reply(bob, room_id, root)
    await say(bob, room_id)
    assert await reader.threads(room_id) == {"main": (2, 0), root: (2, 0)}


async def test_an_incremental_sync_has_the_counts_by_thread(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    since = (await reader.user.get("/sync", filter=BY_THREAD)).ok()["next_batch"]
    await reply(bob, room_id, root)
    sync = (await reader.user.get("/sync", filter=BY_THREAD, since=since)).ok()
    assert threads_in(sync)[room_id] == {"main": (1, 0), root: (1, 0)}


async def test_a_receipt_of_a_thread_reads_that_thread_alone(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    first, second = await say(bob, room_id), await say(bob, room_id)
    read = await reply(bob, room_id, first)
    await reply(bob, room_id, second)
    await reply(bob, room_id, first)
    await reader.threads(room_id)
    await reader.read(room_id, read, first)
    assert await reader.threads(room_id) == {"main": (2, 0), first: (1, 0), second: (1, 0)}
    await reader.read(room_id, second, "main")
    assert await reader.threads(room_id) == {"main": (0, 0), first: (1, 0), second: (1, 0)}


async def test_a_receipt_without_a_thread_reads_them_all(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reply(bob, room_id, root)
    last = await say(bob, room_id)
    await reply(bob, room_id, root)
    await reader.read(room_id, last)
    assert await reader.threads(room_id) == {"main": (0, 0), root: (1, 0)}


async def test_an_own_message_reads_its_own_thread_alone(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reply(bob, room_id, root)
    await reader.threads(room_id)
    await say(reader.user, room_id)
    assert await reader.threads(room_id) == {"main": (0, 0), root: (1, 0)}
    await say(bob, room_id)
    await reply(reader.user, room_id, root)
    assert await reader.threads(room_id) == {"main": (1, 0)}


async def test_mentions_highlight_in_their_thread(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reader.threads(room_id)
    await reply(bob, room_id, root, mentions=mentioning(reader.user))
    assert await reader.threads(room_id) == {"main": (1, 0), root: (1, 1)}
    (await send(bob, room_id, {**related(root), "m.mentions": mentioning(reader.user)}, "m.reaction")).ok()
    assert await reader.threads(room_id) == {"main": (1, 0), root: (2, 2)}
    await reply(bob, room_id, root, mentions=mentioning(room=True))
    assert await reader.threads(room_id) == {"main": (1, 0), root: (3, 3)}
    assert (await Reader(carol, reader.services).threads(room_id))[root] == (2, 1)


async def test_what_relates_to_an_event_of_a_thread_is_of_the_thread_within_three_hops(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reader.threads(room_id)
    event_id = await reply(bob, room_id, root)
    for in_thread in (2, 3, 4):
        event_id = await say(bob, room_id, **related(event_id, "m.reference"))
        assert await reader.threads(room_id) == {"main": (1, 0), root: (in_thread, 0)}
    await say(bob, room_id, **related(event_id, "m.reference"))
    assert await reader.threads(room_id) == {"main": (2, 0), root: (4, 0)}


async def test_what_relates_to_a_root_is_of_the_main_timeline(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reply(bob, room_id, root)
    await say(bob, room_id, **related(root, "m.reference"))
    await say(bob, room_id, **related("no event id"))
    assert await reader.threads(room_id) == {"main": (3, 0), root: (1, 0)}


async def test_an_edit_that_mentions_somebody_highlights_in_the_thread(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    event_id = await reply(bob, room_id, root)
    await reader.threads(room_id)
    new = {"msgtype": "m.text", "body": "x", "m.mentions": mentioning(reader.user)}
    edit = {**related(event_id, "m.replace"), "m.new_content": new, "m.mentions": mentioning(reader.user)}
    (await send(bob, room_id, {"msgtype": "m.text", "body": "x", **edit})).ok()
    assert await reader.threads(room_id) == {"main": (1, 0), root: (2, 1)}


async def test_own_rules_count_by_thread(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await reader.put_rule("content", "tea", {**HIGHLIGHT, "pattern": "tea"})
    root = await say(bob, room_id, "tea?")
    first = await reply(bob, room_id, root, "tea!")
    assert await reader.threads(room_id) == {"main": (1, 1), root: (1, 1)}
    await reader.read(room_id, root, "main")
    assert await reader.threads(room_id) == {"main": (0, 0), root: (1, 1)}
    await reply(bob, room_id, root, "coffee")
    await say(bob, room_id, "more tea", **related(first, "m.reference"))
    assert await reader.threads(room_id) == {"main": (0, 0), root: (3, 2)}
    await reader.read(room_id, first, root)
    assert await reader.threads(room_id) == {"main": (0, 0), root: (2, 1)}
    await say(reader.user, room_id)
    assert await reader.threads(room_id) == {"main": (0, 0), root: (2, 1)}
    await reply(reader.user, room_id, root)
    await reply(bob, room_id, root)
    assert await reader.threads(room_id) == {"main": (0, 0), root: (1, 0)}


async def test_who_ignores_somebody_gets_counts_by_thread(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reply(bob, room_id, root)
    await reply(carol, room_id, root)
    path = f"/user/{quote(reader.user.user_id)}/account_data/m.ignored_user_list"
    (await reader.user.put(path, {"ignored_users": {carol.user_id: {}}})).ok()
    assert await reader.threads(room_id) == {"main": (1, 0), root: (1, 0)}


async def test_a_muted_room_has_no_counts_in_threads(reader: Reader, bob: ApiClient, room_id: str) -> None:
    condition = {"kind": "event_match", "key": "room_id", "pattern": room_id}
    await reader.put_rule("override", room_id, {"actions": [], "conditions": [condition]})
    root = await say(bob, room_id)
    await reply(bob, room_id, root, mentions=mentioning(reader.user))
    assert await reader.threads(room_id) == {"main": (0, 0)}


async def test_of_the_threads_only_the_newest_events_are_looked_at(
    reader: Reader, bob: ApiClient, room_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = await say(bob, room_id)
    for _ in range(3):
        await reply(bob, room_id, root)
    monkeypatch.setattr(unread, "MAX_THREAD_EVENTS", 2)
    assert await reader.threads(room_id) == {"main": (1, 0), root: (2, 0)}


async def test_many_threads_are_counted_without_remembering_them(
    reader: Reader, bob: ApiClient, room_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unread_counts, "MAX_THREADS_PER_ROOM", 1)
    roots = [await say(bob, room_id) for _ in range(2)]
    await reader.counts(room_id)
    for root in roots:
        await reply(bob, room_id, root)
    assert await reader.threads(room_id) == {"main": (2, 0), roots[0]: (1, 0), roots[1]: (1, 0)}


async def test_messages_of_threads_cost_a_row_and_others_none(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    await reply(bob, room_id, root)
    await say(bob, room_id)
    async with reader.services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM thread_events") == 1


async def test_redacted_mentions_of_a_thread_do_not_highlight(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    root = await say(bob, room_id)
    event_id = await reply(bob, room_id, root, mentions=mentioning(reader.user))
    path = room_path(room_id, f"/redact/{quote(event_id, safe='')}/txn")
    (await bob.put(path, {})).ok()
    reader.services.sync.unread.clear()
    assert (await reader.threads(room_id))[root] == (1, 0)
