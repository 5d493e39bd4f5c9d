"""Proof that the database holds together: references lead somewhere, copies say what their source says.

A check is a query that finds what should not be; a sound database answers each with no rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.storage.db import Database

CHECK_TIMEOUT_S: Final = 3600.0

SELECT_CURRENT_STATE_WITHOUT_EVENT = """
SELECT s.room_nid, s.key_nid, s.event_nid FROM current_state s
LEFT JOIN events e ON e.event_nid = s.event_nid AND e.room_nid = s.room_nid AND e.key_nid = s.key_nid
WHERE e.event_nid IS NULL LIMIT $1
"""
SELECT_CURRENT_STATE_UNLIKE_LAST_CHANGE = """
SELECT coalesce(s.room_nid, c.room_nid) AS room_nid, coalesce(s.key_nid, c.key_nid) AS key_nid,
       s.event_nid, c.new_event_nid
FROM current_state s
FULL JOIN (
    SELECT DISTINCT ON (room_nid, key_nid) room_nid, key_nid, new_event_nid
    FROM state_changes ORDER BY room_nid, key_nid, position DESC
) c ON c.room_nid = s.room_nid AND c.key_nid = s.key_nid
WHERE s.event_nid IS DISTINCT FROM c.new_event_nid LIMIT $1
"""
SELECT_STATE_CHANGE_WITHOUT_EVENT = """
SELECT c.room_nid, c.position, c.key_nid FROM state_changes c
WHERE NOT EXISTS (SELECT FROM events e WHERE e.event_nid = c.new_event_nid) AND c.new_event_nid IS NOT NULL
   OR NOT EXISTS (SELECT FROM events e WHERE e.event_nid = c.old_event_nid) AND c.old_event_nid IS NOT NULL
LIMIT $1
"""
SELECT_MEMBERSHIP_UNLIKE_STATE = """
SELECT m.room_nid, m.user_nid, m.event_nid FROM memberships m
LEFT JOIN member_events e ON e.event_nid = m.event_nid
LEFT JOIN current_state s ON s.event_nid = m.event_nid AND s.room_nid = m.room_nid
WHERE e.user_nid IS DISTINCT FROM m.user_nid OR e.membership IS DISTINCT FROM m.membership LIMIT $1
"""
SELECT_SERVERS_UNLIKE_MEMBERSHIPS = """
SELECT coalesce(s.room_nid, m.room_nid) AS room_nid, coalesce(s.server, m.server) AS server,
       s.joined AS counted, m.joined AS members
FROM (SELECT room_nid, server, joined FROM room_servers WHERE until IS NULL AND (joined > 0 OR NOT assumed)) s
FULL JOIN (
    SELECT n.room_nid, u.server, count(*) AS joined FROM memberships n JOIN users u ON u.user_nid = n.user_nid
    WHERE n.membership = 'join' GROUP BY n.room_nid, u.server
) m ON m.room_nid = s.room_nid AND m.server = s.server
WHERE s.joined IS DISTINCT FROM m.joined LIMIT $1
"""
SELECT_AUTH_EDGE_WITHOUT_EVENT = """
SELECT a.event_nid, a.auth_nid FROM auth_edges a
WHERE NOT EXISTS (SELECT FROM events e WHERE e.event_nid = a.auth_nid)
   OR NOT EXISTS (SELECT FROM events e WHERE e.event_nid = a.event_nid) LIMIT $1
"""
SELECT_EXTREMITY_WITHOUT_EVENT = """
SELECT e.room_nid, e.event_nid, x.nid AS extremity_nid
FROM events e CROSS JOIN unnest(e.extremities) AS x(nid)
WHERE NOT EXISTS (SELECT FROM events o WHERE o.event_nid = x.nid AND o.room_nid = e.room_nid) LIMIT $1
"""
SELECT_BRANCH_ENTRY_WITHOUT_EVENT = """
SELECT b.branch_nid, b.key_nid, b.event_nid FROM state_branch_entries b
WHERE b.event_nid IS NOT NULL AND NOT EXISTS (SELECT FROM events e WHERE e.event_nid = b.event_nid) LIMIT $1
"""
SELECT_EVENT_WITHOUT_BRANCH = """
SELECT e.room_nid, e.event_nid, e.state_branch FROM events e
WHERE e.state_branch IS NOT NULL
  AND NOT EXISTS (SELECT FROM state_branches b WHERE b.branch_nid = e.state_branch) LIMIT $1
"""
SELECT_BRANCH_UNLIKE_PARENT = """
SELECT b.branch_nid, b.parent_nid FROM state_branches b
LEFT JOIN state_branches p ON p.branch_nid = b.parent_nid
WHERE b.parent_nid IS NOT NULL
  AND (p.room_nid, p.base_position) IS DISTINCT FROM (b.room_nid, b.base_position) LIMIT $1
"""
SELECT_REJECTED_IN_CURRENT_STATE = """
SELECT s.room_nid, s.key_nid, s.event_nid FROM current_state s JOIN events e ON e.event_nid = s.event_nid
WHERE e.status = 2 LIMIT $1
"""
SELECT_ACCEPTED_WITHOUT_PLACE = """
SELECT e.room_nid, e.event_nid, e.status FROM events e
WHERE (e.status IN (0, 1, 4) AND e.position IS NULL AND e.state_base IS NULL)
   OR (e.status NOT IN (0, 4) AND e.position IS NOT NULL) LIMIT $1
"""
SELECT_BACKWARD_EXTREMITY_WITHOUT_CHILD = """
SELECT b.room_nid, b.event_id, b.child_nid FROM backward_extremities b
LEFT JOIN events e ON e.event_nid = b.child_nid AND e.room_nid = b.room_nid
WHERE e.event_nid IS NULL OR EXISTS (
    SELECT FROM events o WHERE o.event_id = b.event_id AND o.room_nid = b.room_nid
    AND (o.position IS NOT NULL OR o.state_base IS NOT NULL)) LIMIT $1
"""
# Every event is read for this. Rooms of versions 1 and 2 name prev events as [id, hashes].
SELECT_PREV_EVENT_NOT_NOTED = """
SELECT e.room_nid, e.event_nid, w.prev_id FROM events e
CROSS JOIN LATERAL (
    SELECT CASE json_typeof(p.named) WHEN 'array' THEN p.named ->> 0 ELSE p.named #>> '{}' END AS prev_id
    FROM json_array_elements(convert_from(e.json, 'UTF8')::json -> 'prev_events') AS p(named)
) AS w
WHERE (e.position IS NOT NULL OR e.state_base IS NOT NULL) AND e.status IN (0, 4)
  AND octet_length(e.json) > 0
  AND NOT EXISTS (
    SELECT FROM events o WHERE o.event_id = w.prev_id
    AND (o.position IS NOT NULL OR o.state_base IS NOT NULL))
  AND NOT EXISTS (
    SELECT FROM backward_extremities b WHERE b.event_id = w.prev_id AND b.child_nid = e.event_nid)
LIMIT $1
"""
SELECT_REFERENCE_WITHOUT_EVENT = """
SELECT w.referred_from, w.event_nid FROM (
    SELECT 'relations' AS referred_from, event_nid FROM relations
    UNION ALL SELECT 'redactions', redaction_nid FROM redactions
    UNION ALL SELECT 'mentions', event_nid FROM mentions
    UNION ALL SELECT 'member_events', event_nid FROM member_events
    UNION ALL SELECT 'thread_events', event_nid FROM thread_events WHERE event_nid IS NOT NULL
    UNION ALL SELECT 'reports', event_nid FROM reports WHERE event_nid IS NOT NULL
    UNION ALL SELECT 'redacted_by', redacted_by FROM events WHERE redacted_by IS NOT NULL
    UNION ALL SELECT 'state_branches', after_event FROM state_branches WHERE after_event IS NOT NULL
) AS w
WHERE NOT EXISTS (SELECT FROM events e WHERE e.event_nid = w.event_nid) LIMIT $1
"""
SELECT_ROOM_DATA_WITHOUT_ROOM = """
SELECT w.kept_in, w.room_nid FROM (
    SELECT 'account_data' AS kept_in, room_nid FROM account_data WHERE room_nid <> 0
    UNION ALL SELECT 'receipts', room_nid FROM receipts
    UNION ALL SELECT 'memberships', room_nid FROM memberships
    UNION ALL SELECT 'staged_pdus', room_nid FROM staged_pdus
    UNION ALL SELECT 'room_servers', room_nid FROM room_servers
    UNION ALL SELECT 'thread_events', room_nid FROM thread_events
    UNION ALL SELECT 'out_of_band_memberships', room_nid FROM out_of_band_memberships
    UNION ALL SELECT 'server_notice_rooms', room_nid FROM server_notice_rooms
    UNION ALL SELECT 'reports', room_nid FROM reports WHERE room_nid IS NOT NULL
) AS w
WHERE NOT EXISTS (SELECT FROM rooms r WHERE r.room_nid = w.room_nid) LIMIT $1
"""
SELECT_PARTIAL_JOIN_WITHOUT_EVENT = """
SELECT p.room_nid, p.join_nid FROM partial_joins p
WHERE NOT EXISTS (SELECT FROM events e WHERE e.event_nid = p.join_nid AND e.room_nid = p.room_nid) LIMIT $1
"""
SELECT_EVENT_WITHOUT_ROOM_OR_SENDER = """
SELECT e.room_nid, e.event_nid, e.sender_nid FROM events e
WHERE NOT EXISTS (SELECT FROM rooms r WHERE r.room_nid = e.room_nid)
   OR NOT EXISTS (SELECT FROM users u WHERE u.user_nid = e.sender_nid) LIMIT $1
"""
SELECT_POSITION_AHEAD_OF_LOG = """
SELECT e.room_nid, e.event_nid, e.position FROM events e
WHERE e.position > (SELECT coalesce(max(position), 0) FROM position_log) LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class Check:
    """A claim about the database, and the query for the rows that break it; `$1` is how many to return."""

    claim: str
    query: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A check with the first rows that break it, each written as `column=value`; none where all is well."""

    check: Check
    rows: tuple[str, ...]


CHECKS: Final[Sequence[Check]] = (
    Check("every event belongs to a room and a sender", SELECT_EVENT_WITHOUT_ROOM_OR_SENDER),
    Check("every auth event of a stored state event is stored", SELECT_AUTH_EDGE_WITHOUT_EVENT),
    Check("every forward extremity is an event of its room", SELECT_EXTREMITY_WITHOUT_EVENT),
    Check("current state names events of its room and key", SELECT_CURRENT_STATE_WITHOUT_EVENT),
    Check("current state is what the last state change left", SELECT_CURRENT_STATE_UNLIKE_LAST_CHANGE),
    Check("every state change names stored events", SELECT_STATE_CHANGE_WITHOUT_EVENT),
    Check("every state branch names stored events", SELECT_BRANCH_ENTRY_WITHOUT_EVENT),
    Check("every event's state branch exists", SELECT_EVENT_WITHOUT_BRANCH),
    Check("every layer of a state branch stands on one of the same base", SELECT_BRANCH_UNLIKE_PARENT),
    Check("no rejected event is current state", SELECT_REJECTED_IN_CURRENT_STATE),
    Check("accepted events have a place, others no position", SELECT_ACCEPTED_WITHOUT_PLACE),
    Check("what lacks of the history is named by a stored event", SELECT_BACKWARD_EXTREMITY_WITHOUT_CHILD),
    Check("every prev event is stored, or noted as lacking", SELECT_PREV_EVENT_NOT_NOTED),
    Check("what is noted of events is of stored events", SELECT_REFERENCE_WITHOUT_EVENT),
    Check("what is kept of rooms is of known rooms", SELECT_ROOM_DATA_WITHOUT_ROOM),
    Check("every join with partial state is stored", SELECT_PARTIAL_JOIN_WITHOUT_EVENT),
    Check("memberships say what their member events say", SELECT_MEMBERSHIP_UNLIKE_STATE),
    Check("the servers in each room are those of its members", SELECT_SERVERS_UNLIKE_MEMBERSHIPS),
    Check("no event stands ahead of the position log", SELECT_POSITION_AHEAD_OF_LOG),
)


async def run_checks(db: Database, rows_each: int = 10) -> list[Finding]:
    """Run the checks, all on one snapshot, so that a server at work does not disturb them."""
    findings = []
    async with db.transaction(isolation="repeatable_read", readonly=True) as conn:
        for check in CHECKS:
            rows = await conn.fetch(check.query, rows_each, timeout=CHECK_TIMEOUT_S)
            texts = (" ".join(f"{name}={value}" for name, value in row.items()) for row in rows)
            findings.append(Finding(check, tuple(texts)))
    return findings
