"""Unread counts in syncs: by the server's rules, and by rules of one's own.

Every count is asked for three times: as a running client sees it, from memory, and from the database.
"""

import pytest

from homeserver.json_types import JsonObject
from homeserver.push.room_stance import Counting
from homeserver.sync import counts_by_rules
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.api.unread_reader import Reader, counts_in, mentioning, say

MUTE: JsonObject = {"actions": ["dont_notify"]}
HIGHLIGHT: JsonObject = {"actions": ["notify", {"set_tweak": "highlight"}]}


async def test_messages_of_others_count_until_they_are_read(
    reader: Reader, bob: ApiClient, room_id: str
) -> None:
    assert await reader.counts(room_id) == (0, 0)
    first = await say(bob, room_id)
    await say(bob, room_id, msgtype="m.notice")
    await say(bob, room_id)
    (await send(bob, room_id, {}, "m.reaction")).ok()
    assert await reader.counts(room_id) == (2, 0)
    await reader.read(room_id, first)
    assert await reader.counts(room_id) == (1, 0)
    await say(reader.user, room_id)
    assert await reader.counts(room_id) == (0, 0)


async def test_mentions_highlight_whoever_they_name(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await say(bob, room_id, mentions=mentioning(reader.user, carol))
    await say(bob, room_id, mentions=mentioning(carol))
    assert await reader.counts(room_id) == (2, 1)
    await say(bob, room_id, msgtype="m.notice", mentions=mentioning(reader.user))
    assert await reader.counts(room_id) == (2, 1)


async def test_a_mention_notifies_even_where_the_event_notifies_nobody_else(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await reader.counts(room_id)
    (await send(bob, room_id, {"m.mentions": mentioning(reader.user)}, "m.reaction")).ok()
    assert await reader.counts(room_id) == (1, 1)
    await say(bob, room_id)
    assert await reader.counts(room_id) == (2, 1)
    assert await Reader(carol, reader.services).counts(room_id) == (1, 0)


async def test_mentioning_the_room_highlights_for_all_if_the_sender_may(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await reader.counts(room_id)
    await say(carol, room_id, mentions=mentioning(room=True))
    assert await reader.counts(room_id) == (1, 0)
    await say(bob, room_id, mentions=mentioning(reader.user, room=True))
    assert await reader.counts(room_id) == (2, 1)


async def test_a_tombstone_highlights_for_all(reader: Reader, bob: ApiClient, room_id: str) -> None:
    await reader.counts(room_id)
    (await set_state(bob, room_id, "m.room.tombstone", {"body": "moved", "replacement_room": "!x:y"})).ok()
    assert await reader.counts(room_id) == (1, 1)


async def test_a_muted_room_counts_nothing(reader: Reader, bob: ApiClient, room_id: str) -> None:
    await say(bob, room_id)
    assert await reader.counts(room_id) == (1, 0)
    condition = {"kind": "event_match", "key": "room_id", "pattern": room_id}
    await reader.put_rule("override", room_id, {**MUTE, "conditions": [condition]})
    await say(bob, room_id, mentions=mentioning(reader.user))
    assert await reader.counts(room_id) == (0, 0)
    other = await create(bob, invite=[reader.user.user_id])
    (await join(reader.user, other)).ok()
    await say(bob, other)
    assert await reader.counts(other) == (1, 0)


async def test_the_master_rule_silences_everything(reader: Reader, bob: ApiClient, room_id: str) -> None:
    path = "/pushrules/global/override/.m.rule.master/enabled"
    (await reader.user.put(path, {"enabled": True})).ok()
    await say(bob, room_id, mentions=mentioning(reader.user))
    assert await reader.counts(room_id) == (0, 0)


async def test_a_room_rule_without_actions_leaves_the_mentions(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await reader.put_rule("room", room_id, MUTE)
    await say(bob, room_id)
    await say(bob, room_id, mentions=mentioning(reader.user))
    assert await reader.counts(room_id) == (1, 1)
    await say(carol, room_id, mentions=mentioning(room=True))
    assert await reader.counts(room_id) == (1, 1)
    await say(bob, room_id, mentions=mentioning(room=True))
    last = await say(bob, room_id)
    assert await reader.counts(room_id) == (2, 2)
    await reader.read(room_id, last)
    assert await reader.counts(room_id) == (0, 0)


async def test_without_the_message_rule_rooms_of_two_still_notify(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await reader.disable("underride", ".m.rule.message", ".m.rule.encrypted")
    await say(bob, room_id)
    assert await reader.counts(room_id) == (0, 0)
    (await act(carol, room_id, "leave")).ok()
    await say(bob, room_id)
    (await send(bob, room_id, {"ciphertext": "x"}, "m.room.encrypted")).ok()
    sync = (await reader.user.get("/sync", since=reader.since)).ok()
    assert counts_in(sync)[room_id] == (2, 0)


async def test_another_sound_changes_no_count(reader: Reader, bob: ApiClient, room_id: str) -> None:
    sound = {"actions": ["notify", {"set_tweak": "sound", "value": "ping"}]}
    (await reader.user.put("/pushrules/global/underride/.m.rule.message/actions", sound)).ok()
    rules = await reader.rules()
    assert rules.stance(reader.user.user_id, room_id).counting is Counting.DEFAULT
    await say(bob, room_id)
    assert await reader.counts(room_id) == (1, 0)


async def test_keywords_highlight(reader: Reader, bob: ApiClient, room_id: str) -> None:
    await reader.put_rule("content", "tea", {**HIGHLIGHT, "pattern": "tea"})
    for body in ("Time for TEA!", "teapot", "nothing"):
        await say(bob, room_id, body)
        await reader.counts(room_id)
    await say(bob, room_id, "tea", msgtype="m.notice")
    assert await reader.counts(room_id) == (3, 1)
    await say(reader.user, room_id, "tea, please")
    assert await reader.counts(room_id) == (0, 0)


async def test_rules_for_senders_and_events_count(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await reader.put_rule("sender", carol.user_id, MUTE)
    topic = {"kind": "event_match", "key": "type", "pattern": "m.room.topic"}
    await reader.put_rule("override", "topics", {**HIGHLIGHT, "conditions": [topic]})
    name = {"kind": "contains_display_name"}
    await reader.put_rule("underride", "name", {**HIGHLIGHT, "conditions": [name]})
    await say(carol, room_id)
    assert await reader.counts(room_id) == (0, 0)
    await say(bob, room_id)
    (await set_state(bob, room_id, "m.room.topic", {"topic": "x"})).ok()
    await say(bob, room_id, "alice: hello")
    assert await reader.counts(room_id) == (3, 2)


async def test_the_ignored_do_not_count(
    reader: Reader, bob: ApiClient, carol: ApiClient, room_id: str
) -> None:
    await say(carol, room_id, mentions=mentioning(reader.user))
    await say(bob, room_id)
    assert await reader.counts(room_id) == (2, 1)
    ignored: JsonObject = {"ignored_users": {carol.user_id: {}}}
    (await reader.user.put(f"/user/{reader.user.user_id}/account_data/m.ignored_user_list", ignored)).ok()
    await say(carol, room_id)
    await say(bob, room_id)
    assert await reader.counts(room_id) == (2, 0)


async def test_no_more_than_some_events_are_evaluated(
    reader: Reader, bob: ApiClient, room_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.put_rule("content", "tea", {**HIGHLIGHT, "pattern": "tea"})
    for _ in range(4):
        await say(bob, room_id, "tea")
    monkeypatch.setattr(counts_by_rules, "MAX_EVENTS_PER_ROOM", 3)
    monkeypatch.setattr(counts_by_rules, "FEWEST_EVENTS_PER_ROOM", 2)
    reader.services.sync.tails.clear()
    assert (await reader.counts(room_id))[0] == 3
    monkeypatch.setattr(counts_by_rules, "MAX_WORK_PER_SYNC", 1)
    reader.since = ""
    reader.services.sync.evaluated.clear()
    assert (await reader.counts(room_id))[0] == 1
