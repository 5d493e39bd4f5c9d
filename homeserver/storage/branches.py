"""State off the main line: a position of the main line, changed by a branch of at most four layers.

An event off the main line refers to the state before it. Without a branch that is the main line's state
after a position, so
a message on a fork costs no row here; a state event or a merge makes one branch that its successors share.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.state import select_state_at

MAX_LAYERS = 4

SELECT_LAYERS = """
WITH RECURSIVE layer AS (
    SELECT branch_nid, parent_nid, 1 AS depth FROM state_branches WHERE branch_nid = $1
    UNION ALL
    SELECT b.branch_nid, b.parent_nid, l.depth + 1 FROM layer l JOIN state_branches b ON b.branch_nid =
    l.parent_nid
)
SELECT e.key_nid, e.event_nid FROM layer l JOIN state_branch_entries e ON e.branch_nid = l.branch_nid ORDER
BY l.depth DESC
"""
SELECT_REF_OF_EVENT = "SELECT state_base, state_branch FROM events WHERE event_nid = $1"
SELECT_BRANCH_AFTER = "SELECT base_position, branch_nid FROM state_branches WHERE after_event = $1"
SELECT_BRANCH_LAYERS = "SELECT layers FROM state_branches WHERE branch_nid = $1"
INSERT_BRANCH = """
INSERT INTO state_branches (room_nid, base_position, parent_nid, layers, after_event) VALUES ($1, $2, $3, $4,
$5)
RETURNING branch_nid
"""
INSERT_BRANCH_ENTRIES = """
INSERT INTO state_branch_entries (branch_nid, key_nid, event_nid) SELECT $1, * FROM unnest($2::bigint[],
$3::bigint[])
"""


@dataclass(frozen=True, slots=True)
class StateRef:
    """The main line's state after a position, changed by a branch."""

    base: int
    branch: int | None = None


async def select_state_of_ref(conn: Connection, room_nid: int, ref: StateRef) -> dict[int, int]:
    """Return the state that a reference stands for, as key -> event numbers."""
    state = await select_state_at(conn, room_nid, ref.base)
    if ref.branch is not None:
        for row in await conn.fetch(SELECT_LAYERS, ref.branch):
            _apply(state, row["key_nid"], row["event_nid"])
    return state


async def select_ref_of_event(conn: Connection, event_nid: int) -> StateRef:
    """Return the state before an event that is off the main line."""
    row = await conn.fetchrow(SELECT_REF_OF_EVENT, event_nid)
    assert row is not None
    assert row["state_base"] is not None, "an event of the main line has no reference"
    return StateRef(row["state_base"], row["state_branch"])


async def select_branch_after(conn: Connection, event_nid: int) -> StateRef | None:
    """Return the state after a state event off the main line, where it made a branch."""
    row = await conn.fetchrow(SELECT_BRANCH_AFTER, event_nid)
    return StateRef(row["base_position"], row["branch_nid"]) if row else None


async def insert_change(
    conn: Connection, room_nid: int, before: StateRef, key_nid: int, event_nid: int
) -> StateRef:
    """Make the branch of the state after a state event, one layer above the state before it."""
    layers = 0 if before.branch is None else await conn.fetchval(SELECT_BRANCH_LAYERS, before.branch)
    if layers < MAX_LAYERS:
        return await _insert(conn, room_nid, before, layers + 1, {key_nid: event_nid}, event_nid)
    state = await select_state_of_ref(conn, room_nid, before)
    state[key_nid] = event_nid
    return await insert_difference(conn, room_nid, before.base, state, after_event=event_nid)


async def insert_difference(
    conn: Connection, room_nid: int, base: int, state: Mapping[int, int], *, after_event: int | None = None
) -> StateRef:
    """Make a branch that turns the main line's state after `base` into `state`; none if they are equal."""
    main_line = await select_state_at(conn, room_nid, base)
    entries: dict[int, int | None] = {key: nid for key, nid in state.items() if main_line.get(key) != nid}
    entries |= dict.fromkeys(main_line.keys() - state.keys())
    if not entries and after_event is None:
        return StateRef(base)
    return await _insert(conn, room_nid, StateRef(base), 1, entries, after_event)


async def _insert(
    conn: Connection,
    room_nid: int,
    parent: StateRef,
    layers: int,
    entries: Mapping[int, int | None],
    after_event: int | None,
) -> StateRef:
    branch = await conn.fetchval(INSERT_BRANCH, room_nid, parent.base, parent.branch, layers, after_event)
    await conn.execute(INSERT_BRANCH_ENTRIES, branch, list(entries.keys()), list(entries.values()))
    return StateRef(parent.base, branch)


def _apply(state: dict[int, int], key_nid: int, event_nid: int | None) -> None:
    if event_nid is None:
        state.pop(key_nid, None)
    else:
        state[key_nid] = event_nid
