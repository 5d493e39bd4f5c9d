"""Push rules of users: their own, and what they changed about the server's."""

from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

SELECT_RULES = """
SELECT kind, rule_id, enabled, actions, conditions, pattern FROM push_rules WHERE user_nid = $1
ORDER BY kind, rank
"""
UPSERT_RULE = """
INSERT INTO push_rules (user_nid, kind, rule_id, rank, enabled, actions, conditions, pattern)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (user_nid, kind, rule_id) DO UPDATE
SET rank = excluded.rank, enabled = excluded.enabled, actions = excluded.actions,
    conditions = excluded.conditions, pattern = excluded.pattern
"""
SELECT_RANK = "SELECT rank FROM push_rules WHERE user_nid = $1 AND kind = $2 AND rule_id = $3"
SELECT_RANK_BEFORE_ALL = """
SELECT coalesce(min(rank), 0) - 1 FROM push_rules WHERE user_nid = $1 AND kind = $2
"""
UPDATE_RANKS_FROM = """
UPDATE push_rules SET rank = rank + 1 WHERE user_nid = $1 AND kind = $2 AND rank >= $3
"""
UPDATE_ENABLED = "UPDATE push_rules SET enabled = $4 WHERE user_nid = $1 AND kind = $2 AND rule_id = $3"
INSERT_ENABLED = "INSERT INTO push_rules (user_nid, kind, rule_id, rank, enabled) VALUES ($1, $2, $3, 0, $4)"
UPDATE_ACTIONS = "UPDATE push_rules SET actions = $4 WHERE user_nid = $1 AND kind = $2 AND rule_id = $3"
INSERT_ACTIONS = "INSERT INTO push_rules (user_nid, kind, rule_id, rank, actions) VALUES ($1, $2, $3, 0, $4)"
DELETE_RULE = "DELETE FROM push_rules WHERE user_nid = $1 AND kind = $2 AND rule_id = $3"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as it is stored; `enabled` and `actions` are None where a server-default rule keeps its own."""

    kind: str
    rule_id: str
    enabled: bool | None
    actions: bytes | None
    conditions: bytes
    pattern: bytes

    @property
    def size(self) -> int:
        """Bytes that count towards what one user may keep."""
        return (
            len(self.rule_id.encode()) + len(self.actions or b"") + len(self.conditions) + len(self.pattern)
        )


async def select_rules(conn: Connection, user_nid: int) -> list[RuleRow]:
    """Return a user's rules, the most important of each kind first."""
    return [
        RuleRow(
            row["kind"], from_text(row["rule_id"]), row["enabled"], row["actions"], row["conditions"],
            row["pattern"],
        )
        for row in await conn.fetch(SELECT_RULES, user_nid)
    ]  # fmt: skip


async def upsert_rule(conn: Connection, user_nid: int, rank: int, rule: RuleRow) -> None:
    await conn.execute(
        UPSERT_RULE, user_nid, rule.kind, to_text(rule.rule_id), rank, rule.enabled, rule.actions,
        rule.conditions, rule.pattern,
    )  # fmt: skip


async def select_rank(conn: Connection, user_nid: int, kind: str, rule_id: str) -> int | None:
    """Return where a rule stands among the user's own of its kind."""
    rank: int | None = await conn.fetchval(SELECT_RANK, user_nid, kind, to_text(rule_id))
    return rank


async def rank_before_all(conn: Connection, user_nid: int, kind: str) -> int:
    """Return a rank that makes a rule the most important of its kind."""
    rank: int = await conn.fetchval(SELECT_RANK_BEFORE_ALL, user_nid, kind)
    return rank


async def free_rank(conn: Connection, user_nid: int, kind: str, rank: int) -> None:
    """Move the rules from a rank on down by one."""
    await conn.execute(UPDATE_RANKS_FROM, user_nid, kind, rank)


async def set_enabled(conn: Connection, user_nid: int, kind: str, rule_id: str, enabled: bool) -> None:
    """Turn a rule on or off: an existing one of the user's, or any of the server's."""
    values = (user_nid, kind, to_text(rule_id), enabled)
    if not (await conn.execute(UPDATE_ENABLED, *values)).endswith("1"):
        await conn.execute(INSERT_ENABLED, *values)


async def set_actions(conn: Connection, user_nid: int, kind: str, rule_id: str, actions: bytes) -> None:
    """Give a rule other actions: an existing one of the user's, or any of the server's."""
    values = (user_nid, kind, to_text(rule_id), actions)
    if not (await conn.execute(UPDATE_ACTIONS, *values)).endswith("1"):
        await conn.execute(INSERT_ACTIONS, *values)


async def delete_rule(conn: Connection, user_nid: int, kind: str, rule_id: str) -> bool:
    """Delete a rule of the user's; say whether there was one."""
    deleted: str = await conn.execute(DELETE_RULE, user_nid, kind, to_text(rule_id))
    return deleted.endswith("1")
