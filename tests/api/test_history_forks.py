"""Reading events that are not on the main line of their room: forks of the graph, and what was backfilled."""

from dataclasses import dataclass

import pytest

from federation.protocol.ids import EventId, RoomId
from homeserver.http.context import Services
from homeserver.rooms.state_reading import load_state_after
from homeserver.storage.events import select_events
from tests.api.client import ApiClient
from tests.api.history_support import Room, make_room

COPY_EVENT = """
INSERT INTO events (event_nid, room_nid, position, topo, origin_server_ts, sender_nid, notify_count,
                    state_base, state_branch, status, event_id, type, json)
SELECT nextval('positions'), room_nid, CASE WHEN $4 THEN currval('positions') END, topo, origin_server_ts,
       sender_nid, 0, $2, $3, $6, $5, type, json
FROM events WHERE event_id = $1
"""
INSERT_BRANCH = """
INSERT INTO state_branches (room_nid, base_position, parent_nid, layers) VALUES ($1, $2, $3, $4)
RETURNING branch_nid
"""
INSERT_ENTRY = "INSERT INTO state_branch_entries (branch_nid, key_nid, event_nid) VALUES ($1, $2, $3)"
SELECT_POSITION = "SELECT position FROM events WHERE event_id = $1"
SELECT_CURRENT = """
SELECT s.key_nid, s.event_nid FROM current_state s JOIN state_keys k USING (key_nid)
WHERE s.room_nid = $1 AND k.type = $2 AND k.state_key = $3
"""


@dataclass
class Fork:
    """A room in which bob joined after `base`, and ways to put events beside its main line."""

    services: Services
    room: Room
    room_nid: int
    message: str
    base: int
    made: int = 0

    async def add(self, branch: int | None = None, *, backfilled: bool = False, status: int = 0) -> str:
        """Add an event whose state is that at `base`, changed by a branch."""
        self.made += 1
        event_id = f"$fork{self.made}"
        async with self.services.db.acquire() as conn:
            await conn.execute(COPY_EVENT, self.message, self.base, branch, not backfilled, event_id, status)
        return event_id

    async def branch(
        self, type_: str, state_key: str, *, gone: bool = False, parent: int | None = None
    ) -> int:
        """Make a branch that has an entry of the current state, or lacks it."""
        async with self.services.db.acquire() as conn:
            row = await conn.fetchrow(SELECT_CURRENT, self.room_nid, type_, state_key)
            assert row is not None
            layers = 1 if parent is None else 2
            branch: int = await conn.fetchval(INSERT_BRANCH, self.room_nid, self.base, parent, layers)
            await conn.execute(INSERT_ENTRY, branch, row["key_nid"], None if gone else row["event_nid"])
        return branch

    async def sees(self, client: ApiClient, event_id: str) -> bool:
        return (await self.room.try_event(client, event_id)).status == 200


async def make_fork(services: Services, alice: ApiClient, bob: ApiClient, visibility: str) -> Fork:
    room = await make_room(alice)
    await room.set_visibility(visibility)
    message = await room.say("before")
    await room.set("m.room.topic", {"topic": "later"})
    await room.join(bob)
    known = await services.rooms.names.room(RoomId(room.room_id))
    assert known is not None
    async with services.db.acquire() as conn:
        base = await conn.fetchval(SELECT_POSITION, message)
    return Fork(services, room, known.nid, message, base)


@pytest.fixture
async def fork(services: Services, alice: ApiClient, bob: ApiClient) -> Fork:
    return await make_fork(services, alice, bob, "joined")


async def test_fork_from_before_the_join_is_not_seen(fork: Fork, alice: ApiClient, bob: ApiClient) -> None:
    """Continuwuity: what arrives after somebody joined need not be for them."""
    event_id = await fork.add()
    assert await fork.sees(alice, event_id)
    assert not await fork.sees(bob, event_id)


async def test_membership_in_the_state_of_a_fork_counts(fork: Fork, bob: ApiClient) -> None:
    joined = await fork.branch("m.room.member", bob.user_id)
    assert await fork.sees(bob, await fork.add(joined))


async def test_upper_layer_of_a_branch_covers_the_lower(fork: Fork, bob: ApiClient) -> None:
    joined = await fork.branch("m.room.member", bob.user_id)
    gone = await fork.branch("m.room.member", bob.user_id, gone=True, parent=joined)
    assert not await fork.sees(bob, await fork.add(gone))
    elsewhere = await fork.branch("m.room.topic", "", parent=joined)
    assert await fork.sees(bob, await fork.add(elsewhere))


async def test_visibility_in_the_state_of_a_fork_counts(fork: Fork, bob: ApiClient) -> None:
    await fork.room.set_visibility("world_readable")
    readable = await fork.branch("m.room.history_visibility", "")
    await fork.room.set_visibility("joined")
    assert await fork.sees(bob, await fork.add(readable))
    assert not await fork.sees(bob, await fork.add())


@pytest.mark.parametrize(("visibility", "expected"), [("shared", True), ("joined", False)])
async def test_backfilled_event_is_seen_as_one_from_before_the_join(
    services: Services, alice: ApiClient, bob: ApiClient, visibility: str, expected: bool
) -> None:
    fork = await make_fork(services, alice, bob, visibility)
    assert await fork.sees(bob, await fork.add(backfilled=True)) is expected


@pytest.mark.parametrize("status", [1, 2, 3])
async def test_event_that_is_not_accepted_is_never_seen(fork: Fork, alice: ApiClient, status: int) -> None:
    event_id = await fork.add(backfilled=True, status=status)
    assert not await fork.sees(alice, event_id)
    page = await fork.room.messages(alice, limit=100)
    assert event_id not in {e["event_id"] for e in page["chunk"]}


async def test_state_after_a_fork_is_its_base_with_the_branch_on_top(fork: Fork) -> None:
    topic = await fork.branch("m.room.topic", "")
    rules_gone = await fork.branch("m.room.join_rules", "", gone=True, parent=topic)
    plain, branched = await fork.add(), await fork.add(rules_gone)
    async with fork.services.db.acquire() as conn:
        events = await select_events(conn, [EventId(plain), EventId(branched)])
        base = {e.type for e in await load_state_after(conn, events[EventId(plain)], members=False)}
        changed = {e.type for e in await load_state_after(conn, events[EventId(branched)], members=False)}
    assert "m.room.topic" not in base
    assert changed == base - {"m.room.join_rules"} | {"m.room.topic"}
