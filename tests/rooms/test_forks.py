"""Forks and merges of a room's graph, received as from another server."""

import pytest

from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from homeserver.json_types import JsonObject
from homeserver.rooms.build_event import needed_entries
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import load_state, states_after
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.send import send_event
from homeserver.storage.db import Database
from homeserver.storage.events import StoredEvent, select_events, select_head
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_entries, select_state_at
from tests.support.rooms import ALICE, BOB, KEY, SERVER, make_room, rooms_on

TOPIC = ("m.room.topic", "")


async def read(ctx: RoomsContext, event_id: EventId) -> StoredEvent:
    async with ctx.db.acquire() as conn:
        return (await select_events(conn, [event_id]))[event_id]


async def fork(
    ctx: RoomsContext,
    room: Room,
    prevs: list[EventId],
    type_: str,
    content: JsonObject,
    *,
    sender: UserId = ALICE,
    state_key: str | None = None,
    ts: int = 1_000,
) -> Pdu:
    """Build an event after chosen prev events, authorised by the state there."""
    draft = EventDraft(type_, sender, content, state_key)
    entries = [e for e in needed_entries(room.version, draft) if e != ("m.room.create", "")]
    async with ctx.db.acquire() as conn:
        state = await select_current_entries(conn, room.nid, entries)
    return build_pdu(
        room.version,
        draft,
        room_id=room.room_id,
        prev_events=prevs,
        auth_events=[found.event_id for found in state.values()],
        depth=10,
        origin_server_ts=ts,
        server_name=SERVER,
        key=KEY,
    )


async def state_after(ctx: RoomsContext, room: Room, event_id: EventId) -> dict[int, int]:
    event = await read(ctx, event_id)
    async with ctx.db.acquire() as conn:
        states = await states_after(conn, room, [event])
        return await load_state(conn, room, states[event.event_nid])


async def topic(ctx: RoomsContext, room: Room) -> object:
    async with ctx.db.acquire() as conn:
        found = await select_current_entries(conn, room.nid, [TOPIC])
    return found[TOPIC].load()["content"]["topic"] if TOPIC in found else None


async def test_a_message_on_a_fork_becomes_a_second_extremity_and_the_next_event_merges_both(
    db: Database,
) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        base = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "base"})
        tip = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "tip"})
        side = await fork(ctx, room, [base.event_id], "m.room.message", {"body": "side"})
        assert (await receive_event(ctx, room, side)).outcome is Outcome.ACCEPTED
        merge = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "merge"})
        stored = await read(ctx, merge.event_id)
        assert set(stored.load()["prev_events"]) == {tip.event_id, side.event_id}
        assert stored.on_main_line
        after = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "after"})
        assert (await read(ctx, after.event_id)).load()["prev_events"] == [merge.event_id]


async def test_state_on_a_fork_is_resolved_with_the_main_line_and_each_event_keeps_its_own_state(
    db: Database,
) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        base = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "base"})
        main = await send_event(ctx, room.room_id, ALICE, "m.room.topic", {"topic": "main"}, state_key="")
        side = await fork(
            ctx, room, [base.event_id], "m.room.topic", {"topic": "side"}, state_key="", ts=2**50
        )
        next_ = await fork(ctx, room, [side.event_id], "m.room.message", {"body": "on the fork"})
        assert (await receive_event(ctx, room, side)).outcome is Outcome.ACCEPTED
        assert await topic(ctx, room) == "side"  # of two topics the later one wins
        assert (await receive_event(ctx, room, next_)).outcome is Outcome.ACCEPTED
        key = (await ctx.names.known_entries([TOPIC]))[TOPIC]
        for event_id, expected in ((base.event_id, None), (main.event_id, main), (next_.event_id, side)):
            state = await state_after(ctx, room, event_id)
            wanted = None if expected is None else (await read(ctx, expected.event_id)).event_nid
            assert state.get(key) == wanted
        merged = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "merge"})
        assert set((await read(ctx, merged.event_id)).load()["prev_events"]) == {
            main.event_id,
            next_.event_id,
        }


async def test_an_event_that_the_state_before_it_forbids_is_rejected_and_shown_to_nobody(
    db: Database,
) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        head = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "x"})
        bad = await fork(ctx, room, [head.event_id], "m.room.message", {"body": "intruder"}, sender=BOB)
        assert (await receive_event(ctx, room, bad)).outcome is Outcome.REJECTED
        async with db.acquire() as conn:
            newest = await select_head(conn, room.nid)
        assert newest is not None
        assert newest.event_id == head.event_id
        assert (await receive_event(ctx, room, bad)).outcome is Outcome.KNOWN


async def test_a_banned_users_message_from_before_the_ban_is_soft_failed(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx, members=[BOB])
        base = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "base"})
        late = await fork(ctx, room, [base.event_id], "m.room.message", {"body": "late"}, sender=BOB)
        await send_event(ctx, room.room_id, ALICE, "m.room.member", {"membership": "ban"}, state_key=BOB)
        assert (await receive_event(ctx, room, late)).outcome is Outcome.SOFT_FAILED
        assert (await read(ctx, late.event_id)).position is None


async def test_deep_forks_keep_at_most_four_layers(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        base = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "base"})
        await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "tip"})
        prev = base.event_id
        for n in range(9):
            event = await fork(ctx, room, [prev], f"org.example.{n}", {"n": n}, state_key="", ts=n)
            assert (await receive_event(ctx, room, event)).outcome is Outcome.ACCEPTED
            prev = event.event_id
        state = await state_after(ctx, room, prev)
        before = await state_after(ctx, room, base.event_id)
        async with db.acquire() as conn:
            current = await select_state_at(conn, room.nid, 2**62)
        assert len(state) == len(before) + 9
        assert current == state


async def test_an_event_with_unknown_prev_events_names_them_and_stores_nothing(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        unknown = EventId("$" + "a" * 43)
        event = await fork(ctx, room, [unknown], "m.room.message", {"body": "?"})
        verdict = await receive_event(ctx, room, event)
        assert verdict.outcome is Outcome.MISSING
        assert verdict.missing == (unknown,)
        async with db.acquire() as conn:
            assert not await select_events(conn, [event.event_id])


@pytest.mark.parametrize("version", ["6", "11"])
async def test_forks_resolve_in_older_room_versions_too(db: Database, version: str) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx, version=version, members=[BOB])
        base = await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "base"})
        await send_event(ctx, room.room_id, ALICE, "m.room.member", {"membership": "ban"}, state_key=BOB)
        head = (await read(ctx, base.event_id)).load()
        side = build_pdu(
            room.version,
            EventDraft("m.room.name", ALICE, {"name": "side"}, ""),
            room_id=room.room_id,
            prev_events=[base.event_id],
            auth_events=head["auth_events"],
            depth=9,
            origin_server_ts=5,
            server_name=SERVER,
            key=KEY,
        )
        assert (await receive_event(ctx, room, side)).outcome is Outcome.ACCEPTED
        async with db.acquire() as conn:
            entries = await select_current_entries(
                conn, room.nid, [("m.room.name", ""), ("m.room.member", BOB)]
            )
        assert entries[("m.room.name", "")].event_id == side.event_id
        assert entries[("m.room.member", BOB)].load()["content"]["membership"] == "ban"


async def test_a_reply_in_a_thread_on_a_fork_is_counted_in_its_thread(db: Database) -> None:
    async with rooms_on(db) as ctx:
        room = await make_room(ctx)
        root = (await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "root"})).event_id
        await send_event(ctx, room.room_id, ALICE, "m.room.message", {"body": "tip"})
        content: JsonObject = {"body": "side", "m.relates_to": {"rel_type": "m.thread", "event_id": root}}
        side = await fork(ctx, room, [root], "m.room.message", content)
        assert (await receive_event(ctx, room, side)).outcome is Outcome.ACCEPTED
        stored = await read(ctx, side.event_id)
        async with ctx.db.acquire() as conn:
            found = await conn.fetchrow("SELECT position, root_id, notifies FROM thread_events")
        assert found is not None
        assert tuple(found) == (stored.position, root, True)
