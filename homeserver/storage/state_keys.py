"""Interned pairs of event type and state key."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

StateEntry: TypeAlias = tuple[str, str]
"""An event type and a state key: what a room's state is keyed by."""

INSERT_STATE_KEYS = """
INSERT INTO state_keys (type, state_key) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING
"""
SELECT_STATE_KEY_NIDS = """
SELECT k.type, k.state_key, k.key_nid FROM state_keys k
JOIN unnest($1::text[], $2::text[]) AS w(type, state_key) ON k.type = w.type AND k.state_key = w.state_key
"""
SELECT_STATE_KEYS = "SELECT key_nid, type, state_key FROM state_keys WHERE key_nid = ANY ($1::bigint[])"


async def intern_state_keys(conn: Connection, entries: Iterable[StateEntry]) -> dict[StateEntry, int]:
    """Return the number of each entry, giving one to those that have none."""
    wanted = sorted(set(entries))
    known = await select_state_key_nids(conn, wanted)
    missing = [entry for entry in wanted if entry not in known]
    if missing:
        await conn.execute(INSERT_STATE_KEYS, *_columns(missing))
        known |= await select_state_key_nids(conn, missing)
    return known


async def select_state_key_nids(conn: Connection, entries: Sequence[StateEntry]) -> dict[StateEntry, int]:
    """Return the numbers of those entries that have one."""
    rows = await conn.fetch(SELECT_STATE_KEY_NIDS, *_columns(entries))
    return {(from_text(r["type"]), from_text(r["state_key"])): r["key_nid"] for r in rows}


async def select_state_keys(conn: Connection, key_nids: Sequence[int]) -> dict[int, StateEntry]:
    """Return the entries behind numbers."""
    rows = await conn.fetch(SELECT_STATE_KEYS, key_nids)
    return {r["key_nid"]: (from_text(r["type"]), from_text(r["state_key"])) for r in rows}


def _columns(entries: Sequence[StateEntry]) -> tuple[list[str], list[str]]:
    return [to_text(type_) for type_, _ in entries], [to_text(state_key) for _, state_key in entries]
