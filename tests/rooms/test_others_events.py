"""Events of others, and what published break-ins did with them: nothing here may come of it."""

import pytest

from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import Pdu
from homeserver.rooms.build_event import EVERYBODY
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.receive_event import Outcome, receive_event
from homeserver.rooms.store_outliers import store_outliers
from homeserver.storage.auth_chains import select_auth_chain
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus, StoredEvent, select_events
from homeserver.storage.rooms import Room
from homeserver.storage.served_events import select_event_ids
from tests.rooms.test_adopt_room import adopt, current_state
from tests.support.foreign_room import EVE, ForeignRoom, make_foreign_room
from tests.support.rooms import ALICE, BOB, make_room, rooms_on

MALLORY = UserId("@mallory:third")
STRANGER = UserId("@stranger:elsewhere")


async def stored(ctx: RoomsContext, event_id: EventId) -> StoredEvent | None:
    async with ctx.db.acquire() as conn:
        return (await select_events(conn, [event_id])).get(event_id)


async def receive(ctx: RoomsContext, room: Room, *pdus: Pdu) -> None:
    for pdu in pdus:
        verdict = await receive_event(ctx, room, pdu)
        assert verdict.outcome is Outcome.ACCEPTED, verdict


async def test_outliers_come_in_any_order_and_again_without_harm(db: Database) -> None:
    foreign = make_foreign_room(members=[MALLORY])
    async with rooms_on(db) as ctx:
        room = Room(await _nid(ctx), foreign.room_id, foreign.version)
        backwards = list(reversed(foreign.events.values()))
        verdicts = await store_outliers(ctx, room, [*backwards, *backwards])
        assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.ACCEPTED}
        again = await store_outliers(ctx, room, backwards)
        assert {verdict.outcome for verdict in again.values()} == {Outcome.KNOWN}
        event = await stored(ctx, backwards[0].event_id)
        assert event is not None
        assert event.status == EventStatus.OUTLIER
        assert not event.has_place


async def test_an_outlier_with_unknown_auth_events_is_not_stored_and_names_them(db: Database) -> None:
    foreign = make_foreign_room(members=[MALLORY])
    async with rooms_on(db) as ctx:
        room = Room(await _nid(ctx), foreign.room_id, foreign.version)
        message = foreign.add(MALLORY, "m.room.topic", {"topic": "x"}, "")
        without = [pdu for pdu in foreign.events.values() if pdu.state_key != MALLORY]
        verdicts = await store_outliers(ctx, room, [*without, message])
        verdict = verdicts[message.event_id]
        assert verdict.outcome is Outcome.MISSING
        assert set(verdict.missing) <= foreign.events.keys() - {pdu.event_id for pdu in without}
        assert await stored(ctx, message.event_id) is None
        # A rejection for want of an event is never permanent.
        await store_outliers(ctx, room, list(foreign.events.values()))
        assert await stored(ctx, message.event_id) is not None


async def test_what_a_rejected_event_authorises_is_rejected(db: Database) -> None:
    foreign = make_foreign_room("10")
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        power = foreign.after[joined.event_id][("m.room.power_levels", "")]
        create = foreign.after[joined.event_id][("m.room.create", "")]
        member = foreign.after[joined.event_id][("m.room.member", ALICE)]
        forged = foreign.add(ALICE, "m.room.power_levels", {"users": {ALICE: 100}}, "")
        follows = foreign.add(ALICE, "m.room.name", {}, "", auth=[create, member, forged.event_id])
        rightly = foreign.add(EVE, "m.room.name", {"name": "x"}, "")
        assert power != forged.event_id
        verdicts = await store_outliers(ctx, room, [follows, forged])
        assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.REJECTED}
        assert (await receive_event(ctx, room, forged)).outcome is Outcome.REJECTED
        assert (await receive_event(ctx, room, follows)).outcome is Outcome.REJECTED
        await receive(ctx, room, rightly)
        assert not {forged.event_id, follows.event_id} & await current_state(ctx, room)


async def test_an_outlier_becomes_a_full_event_and_is_checked_again(db: Database) -> None:
    foreign = make_foreign_room(members=[MALLORY])
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        ban = foreign.add(EVE, "m.room.member", {"membership": "ban"}, MALLORY)
        auth = [
            foreign.before[ban.event_id][entry]
            for entry in (("m.room.power_levels", ""), ("m.room.member", MALLORY))
        ]
        late = foreign.add(MALLORY, "m.room.message", {"body": "x"}, auth=auth)
        fine = foreign.add(EVE, "m.room.topic", {"topic": "x"}, "")
        verdicts = await store_outliers(ctx, room, [late, fine])
        assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.ACCEPTED}
        await receive(ctx, room, ban)
        assert (await receive_event(ctx, room, late)).outcome is Outcome.REJECTED
        await receive(ctx, room, fine)
        event = await stored(ctx, fine.event_id)
        assert event is not None
        assert event.position is not None
        assert (await receive_event(ctx, room, fine)).outcome is Outcome.KNOWN


async def test_events_of_other_rooms_authorise_nothing_and_come_before_nothing(db: Database) -> None:
    """Synapse 1.7.1."""
    foreign, other = make_foreign_room("10"), make_foreign_room("10", name="other")
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        await adopt(ctx, other)
        power = other.after[other.tips[0]][("m.room.power_levels", "")]
        create, member = (
            foreign.after[joined.event_id][entry] for entry in (("m.room.create", ""), ("m.room.member", EVE))
        )
        foreign.events |= other.events
        foreign.after |= other.after
        borrowed = foreign.add(EVE, "m.room.message", {}, auth=[create, member, power])
        grafted = foreign.add(EVE, "m.room.message", {}, prevs=[joined.event_id, other.tips[0]])
        for pdu in (borrowed, grafted, other.events[power]):
            assert (await receive_event(ctx, room, pdu)).outcome is Outcome.REJECTED
        outlier = foreign.add(EVE, "m.room.topic", {}, "", auth=[create, member, power])
        verdicts = await store_outliers(ctx, room, [outlier, other.events[member_of(other)]])
        assert {verdict.outcome for verdict in verdicts.values()} == {Outcome.REJECTED}
        kept = await stored(ctx, outlier.event_id)
        assert kept is not None
        assert (kept.status, kept.has_place) == (EventStatus.REJECTED, False)
        async with ctx.db.acquire() as conn:
            chain = await select_event_ids(conn, sorted(await select_auth_chain(conn, [kept.event_nid])))
        assert set(chain.values()) == {create, member, *foreign.events[member].auth_events}


def member_of(foreign: ForeignRoom) -> EventId:
    return foreign.after[foreign.tips[0]][("m.room.member", EVE)]


@pytest.mark.parametrize("version", ["6", "12"])
async def test_a_message_among_the_auth_events_is_refused_without_a_panic(db: Database, version: str) -> None:
    """Tuwunel 1.9.0."""
    foreign = make_foreign_room(version)
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        message = foreign.add(EVE, "m.room.message", {"body": "x"})
        await receive(ctx, room, message)
        usual = list(foreign.add(EVE, "m.room.message", {}).auth_events)
        odd = foreign.add(
            EVE, "m.room.topic", {}, "", prevs=[message.event_id], auth=[*usual, message.event_id]
        )
        assert (await receive_event(ctx, room, odd)).outcome is Outcome.REJECTED
        fork = foreign.add(EVE, "m.room.topic", {"topic": "fork"}, "", prevs=message.prev_events)
        after = foreign.add(EVE, "m.room.message", {}, prevs=[odd.event_id, fork.event_id])
        await receive(ctx, room, fork, after)


async def test_an_event_without_prev_events_is_refused(db: Database) -> None:
    foreign = make_foreign_room("10")
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        rootless = foreign.add(EVE, "m.room.create", {"creator": EVE, "room_version": "10"}, "", prevs=[])
        assert (await receive_event(ctx, room, rootless)).outcome is Outcome.REJECTED
        assert rootless.event_id not in await current_state(ctx, room)


async def test_a_relayed_event_is_marked(db: Database) -> None:
    foreign = make_foreign_room()
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        plain, relayed = (foreign.add(EVE, "m.room.message", {"n": n}) for n in range(2))
        await receive(ctx, room, plain)
        await receive_event(ctx, room, relayed, relay=True)
        async with db.acquire() as conn:
            marked = await conn.fetch("SELECT event_id FROM events WHERE relayed")
        assert [row["event_id"] for row in marked] == [relayed.event_id]


async def test_mentions_by_others_count_as_those_by_local_users(db: Database) -> None:
    foreign = make_foreign_room(members=[MALLORY])
    async with rooms_on(db) as ctx:
        room, _ = await adopt(ctx, foreign)
        alice = await ctx.names.intern_user(ALICE)
        named = foreign.add(MALLORY, "m.room.message", {"m.mentions": {"user_ids": [ALICE, EVE, 7, "x"]}})
        unable = foreign.add(MALLORY, "m.room.message", {"m.mentions": {"room": True}})
        able = foreign.add(EVE, "m.room.message", {"m.mentions": {"room": True}})
        await receive(ctx, room, named, unable, able)
        async with db.acquire() as conn:
            rows = await conn.fetch("SELECT user_nid, event_id FROM mentions JOIN events USING (event_nid)")
        expected = {(alice, named.event_id), (EVERYBODY, able.event_id)}
        assert {(row["user_nid"], row["event_id"]) for row in rows} == expected
        before, after = await stored(ctx, named.event_id), await stored(ctx, able.event_id)
        assert before is not None
        assert after is not None
        assert after.notify_count == before.notify_count + 2


async def test_a_redaction_by_who_may_not_hides_nothing(db: Database) -> None:
    """Synapse 1.2.1: redactions across servers, and of the create event."""
    foreign = make_foreign_room(members=[MALLORY, STRANGER])
    async with rooms_on(db) as ctx:
        room, joined = await adopt(ctx, foreign)
        targets = [foreign.add(EVE, "m.room.message", {"n": n}) for n in range(3)]
        early = foreign.add(
            EVE, "m.room.redaction", {"redacts": targets[2].event_id}, prevs=[joined.event_id]
        )
        by_stranger, by_mallory, of_create = (
            foreign.add(sender, "m.room.redaction", {"redacts": target})
            for sender, target in (
                (STRANGER, targets[0].event_id),  # of the same server as the sender of what it redacts
                (MALLORY, targets[1].event_id),
                (EVE, foreign.after[joined.event_id][("m.room.create", "")]),
            )
        )
        await receive(ctx, room, early, *targets, by_stranger, by_mallory, of_create)
        redacted = [
            event.redacted_by is not None for t in targets if (event := await stored(ctx, t.event_id))
        ]
        assert redacted == [True, False, True]
        create = await stored(ctx, foreign.after[joined.event_id][("m.room.create", "")])
        assert create is not None
        assert create.redacted_by is None


async def test_a_room_only_heard_of_takes_no_events(db: Database) -> None:
    async with rooms_on(db) as ctx:
        mine = await make_room(ctx, members=[BOB])
        foreign = make_foreign_room()
        message = foreign.add(EVE, "m.room.message", {})
        verdict = await receive_event(ctx, mine, message)
        assert verdict.outcome is Outcome.REJECTED
        assert await stored(ctx, message.event_id) is None


async def _nid(ctx: RoomsContext) -> int:
    room = await make_room(ctx)
    return room.nid + 1_000
