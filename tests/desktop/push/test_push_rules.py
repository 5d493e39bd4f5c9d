"""Notifications of an account: counted, told, taken back, and changed on a real server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from client_desktop.core.api import Api
from client_desktop.core.changes import (
    AccountDataChanged,
    NotificationRaised,
    NotificationWithdrawn,
    RoomKeysReceived,
    RoomsChanged,
    SyncStateChanged,
)
from client_desktop.core.push import levels
from client_desktop.core.push.default_rules import default_rules
from client_desktop.core.push.levels import Loudness, RoomLevel, Topic
from client_desktop.core.push.push_rules import PushRules
from client_desktop.core.push.rules import parse_rules
from client_desktop.core.values import (
    InviteDetails,
    Membership,
    Notification,
    RoomKind,
    RoomSection,
    RoomSummary,
    SyncState,
)
from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.desktop.clients import OpenClient
from tests.desktop.timeline.world import BOB, CAROL, ME, ROOM, World
from tests.desktop.waiting import until


def summary(room_id: str = ROOM, **more: Any) -> RoomSummary:
    fields: dict[str, Any] = {
        "room_id": room_id, "name": "Room", "avatar_url": None, "topic": "", "canonical_alias": None,
        "kind": RoomKind.ROOM, "membership": Membership.JOIN, "section": RoomSection.ROOMS,
        "direct_user": None, "encrypted": True, "room_version": "11", "joined_members": 3,
        "invited_members": 0, "unread": 0, "mentions": 0, "marked_unread": False, "muted": False,
        "muted_until_ms": None, "order": None, "last_text": "", "last_sender": None, "last_sender_name": "",
        "last_at_ms": 0, "typing": (), "draft": False, "parents": (), "successor": None, "invite": None,
        "fully_read_event": None,
    }  # fmt: skip
    return RoomSummary(**{**fields, **more})


class Rooms:
    def __init__(self) -> None:
        self.summaries = {ROOM: summary()}
        self.refreshed: list[str] = []

    def list(self) -> tuple[RoomSummary, ...]:
        return tuple(self.summaries.values())

    def summary(self, room_id: str) -> RoomSummary | None:
        return self.summaries.get(room_id)

    def refresh(self, room_ids: Iterable[str]) -> None:
        self.refreshed += room_ids


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as session:
        world = World(session)
        world.state("m.room.encryption", {})
        yield world
        await world.close()


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
async def push(world: World, rooms: Rooms) -> AsyncIterator[PushRules]:
    api: Api = world.timelines.ctx.pages.api
    push = PushRules(ME, api, world.store, world.changes, world.clock, world.timelines, rooms)
    world.sync(world.text("old"))
    world.sync(receipts={"$e7": {"m.read": {ME: {"ts": 1}}}})
    yield push
    await push.close()


def counts(push: PushRules, world: World) -> tuple[int, int] | None:
    return push.counts(world.store.db, ROOM)


def raised(world: World) -> list[Notification]:
    return [each.notification for each in world.published if isinstance(each, NotificationRaised)]


def withdrawn(world: World) -> int:
    return sum(isinstance(each, NotificationWithdrawn) for each in world.published)


def mention(world: World) -> Any:
    return world.event({"msgtype": "m.text", "body": "hey", "m.mentions": {"user_ids": [ME]}})


async def test_what_came_since_the_receipt_is_counted(world: World, push: PushRules) -> None:
    assert counts(push, world) == (0, 0)
    world.sync(world.text("a", event_id="$a"), mention(world))
    assert counts(push, world) == (2, 1)
    world.sync(receipts={"$a": {"m.read.private": {ME: {"ts": 1}}}})
    assert counts(push, world) == (1, 1)


async def test_receipts_never_turn_back(world: World, push: PushRules) -> None:
    world.sync(world.text("a", event_id="$a"), world.text("b", event_id="$b"))
    world.sync(receipts={"$b": {"m.read": {ME: {"ts": 1}}}})
    world.sync(receipts={"$a": {"m.read.private": {ME: {"ts": 2}}}})
    assert counts(push, world) == (0, 0)


async def test_own_messages_ignored_people_and_the_redacted_do_not_count(
    world: World, push: PushRules
) -> None:
    world.account_data("m.ignored_user_list", {"ignored_users": {CAROL: {}}})
    world.sync(world.text("x", CAROL), world.text("gone", event_id="$g"))
    world.sync(world.redaction("$g"))
    assert counts(push, world) == (0, 0)
    world.sync(world.text("a"), world.text("mine", ME), world.text("b"))
    assert counts(push, world) == (1, 0)


async def test_threads_are_counted_by_themselves(world: World, push: PushRules) -> None:
    world.sync(
        world.text("root", event_id="$r"), world.reply_in("$r", "one", event_id="$t"), world.text("main")
    )
    assert counts(push, world) == (3, 0)
    assert push.thread_counts(ROOM) == {"$r": (1, 0)}
    world.sync(receipts={"$t": {"m.read": {ME: {"ts": 1, "thread_id": "$r"}}}})
    assert (counts(push, world), push.thread_counts(ROOM)) == ((2, 0), {})
    timeline = await world.timelines.open(ROOM)
    world.sync(world.reply_in("$r", "two"))
    root = next(item for item in timeline.items if item.event_id == "$r")
    assert root.thread is not None
    assert root.thread.unread == 1
    world.sync(receipts={"$t": {"m.read": {ME: {"ts": 1, "thread_id": "main"}}}})
    newest = world.timelines.newest_event(ROOM)
    world.sync(receipts={newest: {"m.read": {ME: {"ts": 1}}}})
    assert counts(push, world) == (0, 0)


async def test_receipt_for_an_event_that_is_not_here_counts_by_its_time(
    world: World, push: PushRules
) -> None:
    event = world.text("a")
    world.sync(event)
    world.sync(receipts={"$far": {"m.read": {ME: {"ts": event["origin_server_ts"]}}}})
    assert counts(push, world) == (0, 0)


async def test_rooms_that_are_not_encrypted_are_the_servers_to_count(world: World, push: PushRules) -> None:
    assert push.counts(world.store.db, "!other:x") is None


async def test_new_message_is_told_once(world: World, push: PushRules) -> None:
    world.sync(world.text("hello"))
    (told,) = raised(world)
    assert (told.title, told.body, told.room_id, told.can_reply) == ("Bob · Room", "hello", ROOM, True)
    assert not told.sound
    assert not told.highlight
    assert counts(push, world) == (1, 0)


async def test_title_of_a_direct_chat_is_the_person(world: World, push: PushRules, rooms: Rooms) -> None:
    rooms.summaries[ROOM] = summary(kind=RoomKind.DIRECT)
    world.sync(mention(world))
    (told,) = raised(world)
    assert (told.title, told.highlight, told.sound) == ("Bob", True, True)


async def test_what_is_looked_at_is_not_told(world: World, push: PushRules) -> None:
    push.look_at(ROOM)
    world.sync(world.text("a", event_id="$a"), world.reply_in("$a", "thread"))
    assert [told.body for told in raised(world)] == ["thread"]
    push.look_at(None)
    world.sync(world.text("b"))
    assert [told.body for told in raised(world)] == ["thread", "b"]


async def test_content_is_hidden_where_that_is_wanted(world: World, push: PushRules) -> None:
    push.hide_content(True)
    world.sync(world.text("secret"))
    assert [told.body for told in raised(world)] == [""]


async def test_a_whole_night_is_told_in_a_few(world: World, push: PushRules) -> None:
    world.sync(*(world.text(f"{number}") for number in range(30)), limited=True)
    assert [told.body for told in raised(world)] == ["25", "26", "27", "28", "29"]


async def test_what_was_read_elsewhere_already_is_not_told(world: World, push: PushRules) -> None:
    event = world.text("a")
    world.sync(event, receipts={event["event_id"]: {"m.read": {ME: {"ts": 1}}}})
    assert raised(world) == []


async def test_history_of_a_room_that_is_new_here_is_not_told(world: World, rooms: Rooms) -> None:
    api: Api = world.timelines.ctx.pages.api
    push = PushRules(ME, api, world.store, world.changes, world.clock, world.timelines, rooms)
    world.sync(world.text("old"))
    assert raised(world) == []
    await push.close()


async def test_reading_takes_the_notification_back(world: World, push: PushRules) -> None:
    world.sync(world.text("a", event_id="$a"), world.text("b", event_id="$b"))
    world.sync(receipts={"$a": {"m.read": {ME: {"ts": 1}}}})
    assert withdrawn(world) == 0
    world.sync(receipts={"$b": {"m.read": {ME: {"ts": 1}}}})
    assert withdrawn(world) == 1


async def test_message_that_becomes_readable_is_counted_by_what_it_says(
    world: World, push: PushRules, rooms: Rooms
) -> None:
    notice = world.event({"msgtype": "m.notice", "body": "beep"}, event_id="$n")
    world.sync(world.encrypted(notice, readable=False))
    assert counts(push, world) == (1, 0)
    world.keys.clear["$n"] = {"type": notice["type"], "content": notice["content"]}
    world.changes.publish(RoomKeysReceived(ME, ROOM, frozenset({"s1"})))
    await world.settle()
    assert counts(push, world) == (0, 0)
    assert rooms.refreshed == [ROOM]
    assert withdrawn(world) == 1


async def test_invitation_is_told_once_and_taken_back(world: World, push: PushRules, rooms: Rooms) -> None:
    invite = summary("!new", membership=Membership.INVITE, invite=InviteDetails(BOB, "Bob", ""), name="Club")
    for _ in range(2):
        world.changes.publish(RoomsChanged(ME, (invite,)))
    (told,) = raised(world)
    assert (told.title, told.body, told.event_id, told.sound) == ("Bob", "Club", "", True)
    world.changes.publish(RoomsChanged(ME, (replace(invite, membership=Membership.JOIN),)))
    assert withdrawn(world) == 1


async def test_invitations_of_the_first_sync_are_no_news(world: World) -> None:
    rooms = Rooms()
    rooms.summaries.clear()
    api: Api = world.timelines.ctx.pages.api
    push = PushRules(ME, api, world.store, world.changes, world.clock, world.timelines, rooms)
    invite = summary("!new", membership=Membership.INVITE)
    rooms.summaries["!new"] = invite
    world.changes.publish(RoomsChanged(ME, (invite,)))
    world.changes.publish(SyncStateChanged(ME, SyncState.LIVE))
    world.changes.publish(RoomsChanged(ME, (invite,)))
    assert raised(world) == []
    world.changes.publish(RoomsChanged("@other:x", (invite,)))
    await push.close()


async def test_rules_are_read_anew_when_they_change(world: World, push: PushRules) -> None:
    assert not push.silent
    rules = default_rules(ME)
    rules["global"]["override"][0]["enabled"] = True
    world.account_data("m.push_rules", rules)
    world.changes.publish(AccountDataChanged(ME, frozenset({"m.push_rules"})))
    assert push.silent
    world.sync(world.text("a"))
    assert raised(world) == []


# Choices, as changes of rules


def test_choices_are_read_from_the_default_rules() -> None:
    rules = parse_rules(default_rules(ME))
    assert levels.room_level(rules, ROOM) is RoomLevel.DEFAULT
    assert [levels.topic_loudness(rules, topic) for topic in Topic] == [
        Loudness.LOUD,
        Loudness.ON,
        Loudness.LOUD,
        Loudness.ON,
        Loudness.LOUD,
        Loudness.LOUD,
        Loudness.OFF,
        Loudness.ON,
    ]
    assert levels.keywords(rules) == ()
    assert levels.add_keyword(rules, "  ") == []
    assert levels.set_room_level(rules, ROOM, RoomLevel.DEFAULT) == []


def test_override_rule_of_another_shape_is_no_mute() -> None:
    rules = default_rules(ME)
    rules["global"]["override"].append({"rule_id": ROOM, "conditions": [], "actions": []})
    assert levels.room_level(parse_rules(rules), ROOM) is RoomLevel.DEFAULT


async def test_choices_are_kept_by_the_server(open_client: OpenClient, nobody: ApiClient) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    push = alice.push_rules
    for level in (RoomLevel.MUTE, RoomLevel.MENTIONS, RoomLevel.ALL, RoomLevel.DEFAULT):
        await push.set_level(room_id, level)
        await until(lambda level=level: push.level(room_id) is level)  # type: ignore[misc]
    for topic in Topic:
        for loudness in (Loudness.OFF, Loudness.ON, Loudness.LOUD):
            wanted = Loudness.ON if topic is Topic.NOTICE and loudness is Loudness.LOUD else loudness
            await push.set_topic(topic, loudness)
            await until(lambda topic=topic, wanted=wanted: push.topic(topic) is wanted)  # type: ignore[misc]
    await push.add_keyword("Parlour/.. now")
    await until(lambda: push.keywords() == ("Parlour/.. now",))
    await push.add_keyword("parlour/.. NOW")
    await push.remove_keyword("parlour/.. now")
    await until(lambda: push.keywords() == ())
    await push.set_silent(True)
    await until(lambda: push.silent)


async def test_mute_for_a_time_is_lifted_when_it_is_over(
    open_client: OpenClient, nobody: ApiClient, clock: Any
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, preset="public_chat")
    alice = await open_client("alice")
    await alice.rooms.join(room_id)
    push = alice.push_rules
    await push.set_level(room_id, RoomLevel.MUTE, clock.now_ms() + 3_600_000)
    await until(lambda: push.level(room_id) is RoomLevel.MUTE)
    assert push.muted_until_ms(room_id) == clock.now_ms() + 3_600_000
    clock.advance(3_600_001)
    push._mutes.look_again()
    await until(lambda: push.level(room_id) is RoomLevel.DEFAULT)
    await until(lambda: push.muted_until_ms(room_id) is None)
