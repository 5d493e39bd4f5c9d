"""The checks find what is broken, and nothing in a sound database."""

import pytest

from homeserver.storage.checks import CHECKS, run_checks
from homeserver.storage.db import Database

EVENT = """
INSERT INTO events (event_nid, room_nid, position, topo, origin_server_ts, sender_nid, key_nid, state_branch,
                    notify_count, event_id, type, extremities, json)
VALUES (1, 1, 1, 1, 0, 1, 1, {branch}, 0, '$a', 'm.test', {extremities}, '')
"""
SOUND = (
    "INSERT INTO users (user_nid, user_id) OVERRIDING SYSTEM VALUE VALUES (1, '@a:b')",
    "INSERT INTO rooms (room_nid, room_id, version) VALUES (1, '!a', '12')",
    "INSERT INTO position_log (position, previous, kinds) VALUES (1, 0, 1)",
    EVENT.format(branch="NULL", extremities="NULL"),
    "INSERT INTO member_events VALUES (1, 1, 'join')",
    "SELECT change_state(1, 1, 1, 1)",
)
BREAKS = {
    "every event belongs to a room and a sender": "DELETE FROM rooms",
    "every auth event of a stored state event is stored": "INSERT INTO auth_edges VALUES (1, 99)",
    "every forward extremity is an event of its room": "UPDATE events SET extremities = '{1, 99}'",
    "current state names events of its room and key": "UPDATE events SET key_nid = 2",
    "current state is what the last state change left": "DELETE FROM current_state",
    "every state change names stored events": "UPDATE state_changes SET old_event_nid = 99",
    "every state branch names stored events": (
        "INSERT INTO state_branches (room_nid, base_position, layers) VALUES (1, 1, 1); "
        "INSERT INTO state_branch_entries SELECT branch_nid, 1, 99 FROM state_branches"
    ),
    "every event's state branch exists": "UPDATE events SET state_branch = 99",
    "every layer of a state branch stands on one of the same base": (
        "INSERT INTO state_branches (room_nid, base_position, layers) VALUES (1, 1, 1); "
        "INSERT INTO state_branches (room_nid, base_position, layers, parent_nid) "
        "SELECT 1, 2, 2, branch_nid FROM state_branches"
    ),
    "no rejected event is current state": "UPDATE events SET status = 2, position = NULL",
    "accepted events have a place, others no position": "UPDATE events SET status = 1",
    "what lacks of the history is named by a stored event": (
        "INSERT INTO backward_extremities VALUES ('$b', 99, 1)"
    ),
    "every prev event is stored, or noted as lacking": (
        """UPDATE events SET json = '{"prev_events": ["$b"]}'"""
    ),
    "what is noted of events is of stored events": "INSERT INTO mentions VALUES (1, 1, 99)",
    "what is kept of rooms is of known rooms": (
        "INSERT INTO room_servers (room_nid, server, joined, since, until) VALUES (99, 'b', 0, 1, 1)"
    ),
    "every join with partial state is stored": (
        "INSERT INTO partial_joins (room_nid, join_nid, state_position, joined_via, servers) "
        "VALUES (1, 99, 1, 'b', '{}')"
    ),
    "memberships say what their member events say": "UPDATE memberships SET membership = 'ban'",
    "the servers in each room are those of its members": "UPDATE room_servers SET joined = 2",
    "no event stands ahead of the position log": "UPDATE events SET position = 2",
}


@pytest.fixture
async def sound_db(db: Database) -> Database:
    async with db.acquire() as conn:
        for statement in SOUND:
            await conn.execute(statement)
    return db


async def test_sound_database_passes_every_check(sound_db: Database) -> None:
    assert [finding.check.claim for finding in await run_checks(sound_db) if finding.rows] == []


async def test_each_break_is_found_by_its_check(sound_db: Database) -> None:
    assert set(BREAKS) == {check.claim for check in CHECKS}, "a check without a test"
    for claim, statement in BREAKS.items():
        async with sound_db.acquire() as conn:
            await conn.execute(statement)
        broken = {finding.check.claim for finding in await run_checks(sound_db) if finding.rows}
        assert claim in broken
        async with sound_db.acquire() as conn:
            await conn.execute(
                "TRUNCATE users, rooms, position_log, events, auth_edges, member_events, current_state, "
                "state_changes, memberships, room_servers, state_branches, state_branch_entries, "
                "backward_extremities, partial_joins, mentions CASCADE"
            )
            for again in SOUND:
                await conn.execute(again)
