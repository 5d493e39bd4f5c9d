"""State off the main line: a position of the main line, changed by a branch of at most four layers.

An event off the main line refers to the state before it. Without a branch that is the main line's state
after a position, so a message on a fork costs no row here; a state event or a merge makes one branch that its
successors share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeserver.storage.db import Connection

MAX_LAYERS = 4

SELECT_LAYERS = """
WITH RECURSIVE layer AS (
    SELECT branch_nid, parent_nid, 1 AS depth FROM state_branches WHERE branch_nid = $1
    UNION ALL
    SELECT b.branch_nid, b.parent_nid, l.depth + 1
    FROM layer l JOIN state_branches b ON b.branch_nid = l.parent_nid
)
SELECT l.branch_nid, e.key_nid, e.event_nid FROM layer l
JOIN state_branch_entries e ON e.branch_nid = l.branch_nid ORDER BY l.depth DESC
"""
SELECT_BRANCHES_AFTER = """
SELECT after_event, base_position, branch_nid FROM state_branches WHERE after_event = ANY ($1::bigint[])
"""
SELECT_REFS_OF_EVENTS = """
SELECT event_nid, state_base, state_branch FROM events
WHERE event_nid = ANY ($1::bigint[]) AND state_base IS NOT NULL
"""
INSERT_BRANCH = """
INSERT INTO state_branches (room_nid, base_position, parent_nid, layers, after_event)
VALUES ($1, $2, $3, $4, $5) RETURNING branch_nid
"""
UPDATE_REPLACED_BRANCH = "UPDATE state_branches SET after_event = NULL WHERE after_event = $1"
INSERT_BRANCH_ENTRIES = """
INSERT INTO state_branch_entries (branch_nid, key_nid, event_nid)
SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
"""

Entries = Mapping[int, int | None]
"""Key -> event by number, None where the state has no such key although its base has."""


@dataclass(frozen=True, slots=True)
class StateRef:
    """The main line's state after a position, changed by a branch."""

    base: int
    branch: int | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer of a branch changes."""

    branch_nid: int
    entries: Entries


async def select_layers(conn: Connection, branch_nid: int | None) -> list[Layer]:
    """Return the layers of a branch, the lowest first."""
    layers: dict[int, dict[int, int | None]] = {}
    if branch_nid is not None:
        for row in await conn.fetch(SELECT_LAYERS, branch_nid):
            layers.setdefault(row["branch_nid"], {})[row["key_nid"]] = row["event_nid"]
    return [Layer(nid, entries) for nid, entries in layers.items()]


async def select_branch_entries(conn: Connection, branch_nid: int | None) -> dict[int, int | None]:
    """Return all that a branch changes of its base."""
    return _merged(await select_layers(conn, branch_nid))


async def select_refs_of_events(conn: Connection, event_nids: Sequence[int]) -> dict[int, StateRef]:
    """Return the states before events that are off the main line."""
    rows = await conn.fetch(SELECT_REFS_OF_EVENTS, event_nids)
    return {row["event_nid"]: StateRef(row["state_base"], row["state_branch"]) for row in rows}


async def select_branches_after(conn: Connection, event_nids: Sequence[int]) -> dict[int, StateRef]:
    """Return the states after state events off the main line."""
    rows = await conn.fetch(SELECT_BRANCHES_AFTER, event_nids)
    return {row["after_event"]: StateRef(row["base_position"], row["branch_nid"]) for row in rows}


async def insert_branch(
    conn: Connection, room_nid: int, ref: StateRef, changes: Entries, *, after_event: int | None = None
) -> StateRef:
    """Make the branch of a state that differs from another one; where nothing differs, that is the state.

    `after_event` is the state event that the branch is the state after. The layers above one that is not
    larger than twice what is put upon it are merged, once there are too many: so each layer is a multiple of
    the one above.
    """
    if not changes and after_event is None:
        return ref
    layers = await select_layers(conn, ref.branch)
    merged: Entries = changes
    if len(layers) >= MAX_LAYERS:
        merged = {**layers.pop().entries, **merged}
        while layers and len(layers[-1].entries) <= 2 * len(merged):
            merged = {**layers.pop().entries, **merged}
    parent = layers[-1].branch_nid if layers else None
    if after_event is not None:
        await conn.execute(UPDATE_REPLACED_BRANCH, after_event)
    branch = await conn.fetchval(INSERT_BRANCH, room_nid, ref.base, parent, len(layers) + 1, after_event)
    await conn.execute(INSERT_BRANCH_ENTRIES, branch, list(merged.keys()), list(merged.values()))
    return StateRef(ref.base, branch)


def _merged(layers: Sequence[Layer]) -> dict[int, int | None]:
    entries: dict[int, int | None] = {}
    for layer in layers:
        entries.update(layer.entries)
    return entries
