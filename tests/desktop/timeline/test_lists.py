"""The list as a whole: days, the line above what is new, gaps, threads, receipts, echoes, windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, timedelta, timezone
from itertools import count
from sqlite3 import Connection
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from client_desktop.core.changes import (
    AccountDataChanged,
    DevicesChanged,
    MembersChanged,
    RoomStateChanged,
    SendQueueChanged,
    TimelineChanged,
)
from client_desktop.core.errors import NetworkUnavailable
from client_desktop.core.outbox.queue import Queue
from client_desktop.core.timeline import Timeline
from client_desktop.core.timeline.decorate import day_start_ms, decorate
from client_desktop.core.values import ItemKind, SendState, Shield, ShieldColor, TimelineItem
from tests.desktop.timeline.world import BOB, CAROL, ME, ROOM, START_MS, Follower, World

DAY_MS = 86_400_000


def texts(timeline: Timeline) -> list[str]:
    return [item.body for item in timeline.items if item.kind is ItemKind.TEXT]


def kinds(items: Any) -> list[ItemKind]:
    return [item.kind for item in items]


def row(key: str, at_ms: int, *, own: bool = False, kind: ItemKind = ItemKind.TEXT) -> TimelineItem:
    return TimelineItem(key, kind, at_ms, event_id=key, own=own)


# Days


def test_days_begin_at_local_midnight() -> None:
    tokyo = timezone(timedelta(hours=9))
    before, after = row("a", START_MS // DAY_MS * DAY_MS - 1), row("b", START_MS // DAY_MS * DAY_MS)
    assert kinds(decorate([before, after], UTC, None)) == [
        ItemKind.DAY,
        ItemKind.TEXT,
        ItemKind.DAY,
        ItemKind.TEXT,
    ]
    assert kinds(decorate([before, after], tokyo, None)) == [ItemKind.DAY, ItemKind.TEXT, ItemKind.TEXT]


def test_day_of_a_change_of_the_clocks_is_one_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    noon = 1_729_936_800_000 + DAY_MS  # 2024-10-27 12:00 in Berlin, an hour longer than others
    start = day_start_ms(noon, berlin)
    assert day_start_ms(start, berlin) == start
    assert day_start_ms(start + 24 * 3_600_000, berlin) == start
    assert day_start_ms(start + 25 * 3_600_000, berlin) != start


@pytest.mark.parametrize("at_ms", [0, 2**53, 253_402_300_799_000])
def test_no_time_is_too_strange_for_a_day(at_ms: int) -> None:
    assert kinds(decorate([row("a", at_ms)], UTC, None)) == [ItemKind.DAY, ItemKind.TEXT]


def test_days_in_disorder_have_keys_of_their_own() -> None:
    items = decorate([row("a", 0), row("b", DAY_MS), row("c", 0)], UTC, None)
    assert len({item.key for item in items}) == 6


# New


def test_line_stands_above_the_first_that_somebody_else_sent() -> None:
    items = [row("a", 0), row("mine", 0, own=True), row("b", 0), row("c", 0)]
    assert [item.key for item in decorate(items, UTC, "a")][1:] == ["a", "mine", "new", "b", "c"]


@pytest.mark.parametrize("read", ["b", "unknown", None])
def test_no_line_where_nothing_is_new(read: str | None) -> None:
    items = [row("a", 0), row("b", 0), row("mine", 0, own=True)]
    assert ItemKind.NEW not in kinds(decorate(items, UTC, read))


async def test_line_stands_after_the_read_marker_and_stays(world: World) -> None:
    reaction = world.reaction("$a", "x")
    world.sync(world.text("a", event_id="$a"), reaction, world.text("b"))
    world.account_data("m.fully_read", {"event_id": reaction["event_id"]}, ROOM)
    timeline = await world.timelines.open(ROOM)
    assert kinds(timeline.items) == [ItemKind.DAY, ItemKind.TEXT, ItemKind.NEW, ItemKind.TEXT]
    world.sync(world.text("c"))
    assert kinds(timeline.items)[2] is ItemKind.NEW
    timeline.mark_new_after(None)
    assert ItemKind.NEW not in kinds(timeline.items)


async def test_line_follows_the_receipt_where_there_is_no_marker(world: World) -> None:
    world.sync(world.text("a", event_id="$a"), world.text("b"))
    world.sync(receipts={"$a": {"m.read": {ME: {"ts": 5}}}})
    assert kinds(await world.items())[2] is ItemKind.NEW


# Gaps and windows


async def test_gap_stands_between_what_is_not_contiguous(world: World) -> None:
    world.sync(world.text("a"))
    world.sync(world.text("b", event_id="$b"), limited=True)
    timeline = await world.timelines.open(ROOM)
    gap = next(item for item in timeline.items if item.kind is ItemKind.GAP)
    assert gap.event_id == "$b"
    assert texts(timeline) == ["a", "b"]


async def test_open_timeline_shows_the_gap_that_a_sync_makes(world: World) -> None:
    world.sync(world.text("a"))
    timeline = await world.timelines.open(ROOM)
    follower = Follower(world, timeline.number, timeline.items)
    world.sync(world.text("b"), limited=True)
    assert ItemKind.GAP in kinds(follower.items)
    assert tuple(follower.items) == timeline.items


async def test_without_a_network_the_other_side_of_a_gap_is_shown(world: World) -> None:
    world.sync(*(world.text(f"a{number}") for number in range(60)))
    world.sync(*(world.text(f"b{number}") for number in range(60)), limited=True)
    timeline = await world.timelines.open(ROOM)
    assert texts(timeline)[0] == "b10"
    assert await timeline.back(10)
    assert await timeline.back(10)  # the gap: no server
    assert texts(timeline)[:11] == [f"a{number}" for number in range(50, 60)] + ["b0"]
    assert ItemKind.GAP in kinds(timeline.items)
    while "a0" not in texts(timeline):
        await timeline.back(50)
    with pytest.raises(NetworkUnavailable):
        await timeline.back(50)
    with pytest.raises(NetworkUnavailable):
        await timeline.fill(next(item.event_id or "" for item in timeline.items if item.kind is ItemKind.GAP))


async def test_timeline_around_an_event_goes_forward_to_the_live_end(world: World) -> None:
    world.sync(*(world.text(f"m{number}", event_id=f"$m{number}") for number in range(200)))
    timeline = await world.timelines.open(ROOM, around_event="$m100")
    assert texts(timeline) == [f"m{number}" for number in range(76, 126)]
    assert not timeline.at_end
    world.sync(world.text("live"))
    assert "live" not in texts(timeline)
    assert await timeline.forward(50)
    while await timeline.forward(50):
        pass
    assert texts(timeline)[-1] == "live"
    world.sync(world.text("more"))
    assert texts(timeline)[-1] == "more"
    assert not await timeline.forward()


async def test_timeline_around_an_event_near_the_end_follows(world: World) -> None:
    world.sync(*(world.text(f"m{number}", event_id=f"$m{number}") for number in range(30)))
    timeline = await world.timelines.open(ROOM, around_event="$m25")
    assert timeline.at_end


async def test_event_that_nobody_has_cannot_be_opened(world: World) -> None:
    with pytest.raises(NetworkUnavailable):
        await world.timelines.open(ROOM, around_event="$nowhere")


async def test_closed_timeline_tells_nothing(world: World) -> None:
    timeline = await world.timelines.open(ROOM)
    assert world.timelines.get(timeline.number) is timeline
    world.timelines.close_timeline(timeline.number)
    world.timelines.close_timeline(timeline.number)
    world.sync(world.text("x"))
    assert world.operations() == []


async def test_new_message_is_one_insertion_however_long_the_list(world: World) -> None:
    world.sync(*(world.text(f"m{number}") for number in range(300)))
    await world.timelines.open(ROOM)
    world.sync(world.text("new"))
    (insertion,) = world.operations()
    assert [item.body for item in insertion.items] == ["new"]  # type: ignore[union-attr]


async def test_opening_a_room_takes_the_same_work_however_long_its_history_is(world: World) -> None:
    took = []
    for more in (500, 4500):
        world.sync(*(world.text(f"m{number}") for number in range(more)))
        with steps_of(world.store.db) as steps:
            timeline = await world.timelines.open(ROOM)
        took.append(steps())
        world.timelines.close_timeline(timeline.number)
    assert len(texts(timeline)) == 50
    assert took[1] < 1.5 * took[0]


@contextmanager
def steps_of(db: Connection) -> Iterator[Callable[[], int]]:
    """Count the hundreds of steps that SQLite takes within the block."""
    steps = count(1)
    db.set_progress_handler(lambda: next(steps) and 0, 100)
    yield lambda: next(steps)
    db.set_progress_handler(None, 0)


async def test_forgotten_room_leaves_nothing(world: World) -> None:
    world.sync(world.text("x"), receipts={"$e1": {"m.read": {BOB: {"ts": 1}}}})
    with world.store.transaction() as db:
        world.timelines.forget(db, ROOM)
    for table in ("events", "placements", "fragments", "receipts", "search_texts"):
        assert world.store.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


async def test_room_that_is_forgotten_while_it_is_open_is_empty(world: World) -> None:
    world.sync(*(world.text(f"m{number}", event_id=f"$m{number}") for number in range(200)))
    live = await world.timelines.open(ROOM)
    jumped = await world.timelines.open(ROOM, around_event="$m100")
    with world.store.transaction() as db:
        world.timelines.forget(db, ROOM)
    for timeline in (live, jumped):
        assert not await timeline.forward()
        await timeline.back()
        assert timeline.items == ()
    world.sync(world.text("again"))
    assert texts(live) == ["again"]


# Threads


async def test_replies_stand_in_their_thread_and_the_root_tells_of_them(world: World) -> None:
    world.sync(
        world.text("root", event_id="$r"), world.reply_in("$r", "one"), world.reply_in("$r", "two", CAROL)
    )
    main = await world.timelines.open(ROOM)
    assert texts(main) == ["root"]
    thread = main.items[-1].thread
    assert thread is not None
    assert (thread.count, thread.last_text, thread.last_sender_name, thread.participants) == (
        2,
        "two",
        "Carol",
        (CAROL, BOB),
    )
    opened = await world.timelines.open(ROOM, thread_root="$r")
    assert texts(opened) == ["one", "two"]
    world.sync(world.reply_in("$r", "three"))
    assert texts(opened) == ["one", "two", "three"]
    assert main.items[-1].thread is not None
    assert main.items[-1].thread.count == 3


async def test_reaction_and_edit_within_a_thread_show_there(world: World) -> None:
    reply = world.reply_in("$r", "one")
    world.sync(world.text("root", event_id="$r"), reply)
    opened = await world.timelines.open(ROOM, thread_root="$r")
    world.sync(world.reaction(reply["event_id"], "👍"), world.edit(reply["event_id"], "uno"))
    assert texts(opened) == ["uno"]
    assert opened.items[-1].reactions[0].key == "👍"
    assert opened.items[-1].thread_root == "$r"


async def test_redacted_reply_is_counted_no_more(world: World) -> None:
    reply = world.reply_in("$r", "one")
    world.sync(world.text("root", event_id="$r"), world.reply_in("$r", "zero"), reply)
    main = await world.timelines.open(ROOM)
    world.sync(world.redaction(reply["event_id"]))
    thread = main.items[-1].thread
    assert thread is not None
    assert (thread.count, thread.last_text) == (1, "zero")


async def test_count_of_the_server_grows_with_what_comes(world: World) -> None:
    latest = world.reply_in("$r", "latest")
    bundle = {"m.relations": {"m.thread": {"count": 40, "latest_event": latest}}}
    world.sync(world.text("root", event_id="$r", unsigned=bundle), limited=True)
    main = await world.timelines.open(ROOM)
    assert main.items[-1].thread is not None
    assert (main.items[-1].thread.count, main.items[-1].thread.last_text) == (40, "latest")
    world.sync(world.reply_in("$r", "new"))
    assert main.items[-1].thread is not None
    assert (main.items[-1].thread.count, main.items[-1].thread.last_text) == (41, "new")


async def test_count_of_the_server_holds_the_replies_that_come_with_it(world: World) -> None:
    first, latest = world.reply_in("$r", "first"), world.reply_in("$r", "latest")
    bundle = {"m.relations": {"m.thread": {"count": 2, "latest_event": latest}}}
    world.sync(world.text("root", event_id="$r", unsigned=bundle), first, latest)
    main = await world.timelines.open(ROOM)
    assert main.items[-1].thread is not None
    assert main.items[-1].thread.count == 2


async def test_edit_that_the_server_packed_in_is_applied(world: World) -> None:
    edit = world.edit("$m", "new")
    world.sync(world.text("old", event_id="$m", unsigned={"m.relations": {"m.replace": edit}}))
    assert (await world.items())[-1].body == "new"


async def test_fallback_of_a_thread_is_no_answer(world: World) -> None:
    reply = world.reply_in("$r", "one")
    reply["content"]["m.relates_to"] |= {"is_falling_back": True, "m.in_reply_to": {"event_id": "$r"}}
    world.sync(world.text("root", event_id="$r"), reply)
    opened = await world.timelines.open(ROOM, thread_root="$r")
    assert opened.items[-1].reply is None


async def test_threads_of_a_room_are_listed_without_a_network(world: World) -> None:
    world.sync(
        world.text("a", event_id="$a"),
        world.text("b", event_id="$b", sender=ME),
        world.reply_in("$b", "x"),
        world.reply_in("$a", "y"),
    )
    assert [item.body for item in await world.timelines.threads(ROOM)] == ["a", "b"]
    assert [item.body for item in await world.timelines.threads(ROOM, mine=True)] == ["b"]


# Receipts


async def test_receipts_stand_at_the_last_row_that_was_read(world: World) -> None:
    reaction = world.reaction("$a", "x", CAROL)
    world.sync(world.text("a", event_id="$a"), reaction, world.text("b", event_id="$b"))
    timeline = await world.timelines.open(ROOM)
    world.sync(receipts={reaction["event_id"]: {"m.read": {CAROL: {"ts": 7, "thread_id": "main"}}}})
    (receipt,) = timeline.items[1].receipts
    assert (receipt.user_id, receipt.name, receipt.at_ms) == (CAROL, "Carol", 7)
    world.sync(receipts={"$b": {"m.read": {CAROL: {"ts": 8}}}})
    assert [len(item.receipts) for item in timeline.items] == [0, 0, 1]


async def test_further_of_two_receipts_counts(world: World) -> None:
    world.sync(world.text("a", event_id="$a"), world.text("b", event_id="$b"))
    world.sync(receipts={"$b": {"m.read": {CAROL: {"ts": 1}}}})
    world.sync(receipts={"$a": {"m.read": {CAROL: {"ts": 9, "thread_id": "main"}}}})
    assert [len(item.receipts) for item in await world.items()] == [0, 0, 1]


async def test_who_writes_has_read_until_there(world: World) -> None:
    world.sync(world.text("a", event_id="$a"), world.text("b", ME))
    world.sync(receipts={"$a": {"m.read": {CAROL: {"ts": 1}}}})
    timeline = await world.timelines.open(ROOM)
    world.sync(world.text("c", CAROL))
    assert [len(item.receipts) for item in timeline.items] == [0, 0, 0, 1]


async def test_receipts_of_a_thread_stand_in_the_thread(world: World) -> None:
    reply = world.reply_in("$r", "one")
    world.sync(world.text("root", event_id="$r"), reply)
    world.sync(receipts={reply["event_id"]: {"m.read": {CAROL: {"ts": 1, "thread_id": "$r"}}}})
    assert [len(item.receipts) for item in await world.items()] == [0, 0]
    assert (await world.items(thread_root="$r"))[-1].receipts[0].user_id == CAROL


async def test_own_private_and_ignored_receipts_are_not_shown(world: World) -> None:
    world.account_data("m.ignored_user_list", {"ignored_users": {BOB: {}}})
    world.sync(world.text("a", ME, event_id="$a"))
    who = {ME: {"ts": 1}, BOB: {"ts": 1}}
    world.sync(receipts={"$a": {"m.read": who, "m.read.private": {CAROL: {"ts": 1}}}})
    assert (await world.items())[-1].receipts == ()


@pytest.mark.parametrize(
    "content",
    [
        {"$a": 5},
        {"$a": {"m.read": []}},
        {"$a": {"m.read": {CAROL: None}}},
        {"$" * 300: {"m.read": {CAROL: {}}}},
    ],
)
async def test_malformed_receipts_break_nothing(world: World, content: Any) -> None:
    world.sync(world.text("a", event_id="$a"), receipts=content)
    assert (await world.items())[-1].body == "a"


# Echoes


def queue(world: World) -> Queue:
    return Queue(world.store, world.clock)


def queued(world: World, *items: Any) -> None:
    world.changes.publish(SendQueueChanged(ME, ROOM, items))


async def test_echo_becomes_the_message_in_place(world: World) -> None:
    world.sync(world.text("a"))
    timeline = await world.timelines.open(ROOM)
    follower = Follower(world, timeline.number, timeline.items)
    txn_id = queue(world).add(ROOM, "m.room.message", {"msgtype": "m.text", "body": "mine"})
    queued(world)
    echo = follower.items[-1]
    assert (echo.body, echo.send_state, echo.event_id, echo.own) == ("mine", SendState.QUEUED, None, True)
    assert not echo.can_react
    sent = world.text("mine", ME, unsigned={"transaction_id": txn_id})
    queue(world).sent(txn_id, sent["event_id"])
    world.published.clear()
    world.sync(sent)
    assert (follower.items[-1].key, follower.items[-1].event_id) == (echo.key, sent["event_id"])
    assert [type(operation).__name__ for operation in world.operations()] == ["Replace"]
    queue(world).remove(txn_id)
    queued(world)
    assert tuple(follower.items) == timeline.items


async def test_failed_echo_says_why(world: World) -> None:
    timeline = await world.timelines.open(ROOM)
    txn_id = queue(world).add(ROOM, "m.room.message", {"msgtype": "m.text", "body": "mine"})
    queue(world).failed(txn_id, "network")
    queued(world)
    assert (timeline.items[-1].send_state, timeline.items[-1].error_word) == (SendState.FAILED, "network")


async def test_what_is_on_its_way_shows_at_its_target(world: World) -> None:
    world.sync(
        world.text("mine", ME, event_id="$m"),
        world.text("a", event_id="$a"),
        world.text("b", ME, event_id="$b"),
    )
    timeline = await world.timelines.open(ROOM)
    outbox = queue(world)
    new = {"msgtype": "m.text", "body": "mine, better"}
    edit = {**new, "m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": "$m"}}
    react = {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$a", "key": "👍"}}
    txn_ids = [
        outbox.add(ROOM, "m.room.message", edit),
        outbox.add(ROOM, "m.reaction", react),
        outbox.add(ROOM, "m.room.redaction", {}, redacts="$b"),
    ]
    queued(world)
    _, mine, other, gone = timeline.items
    assert (mine.body, mine.edited) == ("mine, better", True)
    assert (other.reactions[0].mine, other.reactions[0].my_event_id) == (True, None)
    assert (gone.kind, gone.redacted_by) == (ItemKind.REDACTED, "Me")
    for txn_id in txn_ids:
        outbox.failed(txn_id, "refused")
    queued(world)
    _, mine, other, gone = timeline.items
    assert (mine.body, other.reactions, gone.body) == ("mine", (), "b")


async def test_echo_within_a_thread_stands_there_alone(world: World) -> None:
    world.sync(world.text("root", event_id="$r"), world.reply_in("$r", "one"))
    main = await world.timelines.open(ROOM)
    thread = await world.timelines.open(ROOM, thread_root="$r")
    content = {"msgtype": "m.text", "body": "two", "m.relates_to": {"rel_type": "m.thread", "event_id": "$r"}}
    queue(world).add(ROOM, "m.room.message", content)
    queued(world)
    assert texts(main) == ["root"]
    assert texts(thread) == ["one", "two"]


# What changes elsewhere


async def test_new_name_of_somebody_shows_at_once(world: World) -> None:
    world.sync(world.text("a"))
    timeline = await world.timelines.open(ROOM)
    world.member(BOB, {"membership": "join", "displayname": "Robert"})
    world.changes.publish(MembersChanged(ME, ROOM, frozenset({BOB})))
    assert timeline.items[-1].sender_name == "Robert"


async def test_pins_and_ignored_people_show_at_once(world: World) -> None:
    world.sync(world.text("a", event_id="$a"))
    timeline = await world.timelines.open(ROOM)
    world.state("m.room.pinned_events", {"pinned": ["$a"]})
    world.changes.publish(RoomStateChanged("@other:x", ROOM, frozenset({"m.room.pinned_events"})))
    assert not timeline.items[-1].pinned
    world.changes.publish(RoomStateChanged(ME, ROOM, frozenset({"m.room.pinned_events"})))
    assert timeline.items[-1].pinned
    world.account_data("m.ignored_user_list", {"ignored_users": {BOB: {}}})
    world.changes.publish(AccountDataChanged(ME, frozenset({"m.ignored_user_list"})))
    assert timeline.items == ()


async def test_shields_follow_what_is_known_of_devices(world: World) -> None:
    world.keys.shield = Shield(ShieldColor.RED, "unverified")
    world.sync(world.encrypted(world.text("a")))
    timeline = await world.timelines.open(ROOM)
    assert timeline.items[-1].shield == Shield(ShieldColor.RED, "unverified")
    world.keys.shield = Shield(ShieldColor.NONE, "")
    world.changes.publish(DevicesChanged(ME, frozenset({BOB})))
    await world.settle()
    assert timeline.items[-1].shield == Shield(ShieldColor.NONE, "")


# Everything together

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["text", "own", "edit", "react", "redact", "thread", "read", "gap", "echo", "back"]),
        st.integers(0, 20),
    ),
    max_size=15,
)


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking replays a whole world each time
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(STEPS)
async def test_operations_lead_to_what_opening_anew_shows(world: World, steps: list[tuple[str, int]]) -> None:
    with world.store.transaction() as db:
        world.timelines.forget(db, ROOM)
    timeline = await world.timelines.open(ROOM)
    follower = Follower(world, timeline.number, timeline.items)
    known: list[str] = []
    for kind, number in steps:
        target = known[number % len(known)] if known else "$none"
        event: Any = None
        if kind in ("text", "own", "gap"):
            event = world.text(f"{number}", ME if kind == "own" else BOB)
        elif kind == "edit":
            event = world.edit(target, f"edited {number}")
        elif kind == "react":
            event = world.reaction(target, "👍", (BOB, CAROL, ME)[number % 3])
        elif kind == "redact":
            event = world.redaction(target)
        elif kind == "thread":
            event = world.reply_in(target, "reply")
        elif kind == "read":
            world.sync(receipts={target: {"m.read": {CAROL: {"ts": number}}}})
        elif kind == "echo":
            queue(world).add(ROOM, "m.room.message", {"msgtype": "m.text", "body": "echo"})
            queued(world)
        if event is not None:
            known.append(event["event_id"])
            world.sync(event, limited=kind == "gap")
    assert tuple(follower.items) == timeline.items
    again = await world.timelines.open(ROOM)
    fresh = [item for item in again.items if item.kind is not ItemKind.NEW]
    assert [item for item in timeline.items if item.kind is not ItemKind.NEW] == fresh
    for txn_id in queue(world).txn_ids():
        queue(world).remove(txn_id)
    for opened in (timeline, again):
        world.timelines.close_timeline(opened.number)
    world.changes._listeners.pop(TimelineChanged, None)
