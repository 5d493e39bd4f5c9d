"""Add a push rule, or replace one of the same id.

Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3pushrulesglobalkindruleid
"""

from dataclasses import replace

from homeserver.errors import MatrixError
from homeserver.push.check_rule import check_amount
from homeserver.push.context import PushContext
from homeserver.push.load_rules import row_of
from homeserver.push.note_change import note_change
from homeserver.push.rules import PushRule
from homeserver.storage import push_rules
from homeserver.storage.db import Connection


async def put_rule(
    ctx: PushContext, user_nid: int, rule: PushRule, *, before: str | None = None, after: str | None = None
) -> None:
    """Store a rule that was checked. A new one is the most important of the user's own of its kind.

    `before` and `after` name rules of the user's own that it shall stand next to; `before` wins.

    Raises: MatrixError 400 for an unknown neighbor; InvalidParam when the user has too many rules.
    """
    async with ctx.positions.write() as change:
        rows = await push_rules.select_rules(change.conn, user_nid)
        known = next((row for row in rows if (row.kind, row.rule_id) == (rule.kind, rule.rule_id)), None)
        row = row_of(rule if known is None else replace(rule, enabled=bool(known.enabled)))
        check_amount(rows, row)
        if row == known and before is None and after is None:
            return
        rank = await _choose_rank(change.conn, user_nid, rule, before, after)
        await push_rules.upsert_rule(change.conn, user_nid, rank, row)
        await note_change(change, user_nid)


async def _choose_rank(
    conn: Connection, user_nid: int, rule: PushRule, before: str | None, after: str | None
) -> int:
    kind, neighbor = rule.kind.value, before if before is not None else after
    if neighbor is None:
        present = await push_rules.select_rank(conn, user_nid, kind, rule.rule_id)
        return await push_rules.rank_before_all(conn, user_nid, kind) if present is None else present
    # Server-default rules are no neighbors; nor is the rule itself.
    usable = not neighbor.startswith(".") and neighbor != rule.rule_id
    place = await push_rules.select_rank(conn, user_nid, kind, neighbor) if usable else None
    if place is None:
        raise MatrixError("M_UNKNOWN", 400, f"before/after rule not found: {neighbor[:255]}")
    rank = place if before is not None else place + 1
    await push_rules.free_rank(conn, user_nid, kind, rank)
    return rank
