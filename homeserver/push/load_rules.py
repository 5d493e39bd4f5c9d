"""Read what a user has made of the push rules."""

from collections.abc import Iterable

import orjson

from homeserver.push.rules import DefaultChange, Kind, OwnRules, PushRule
from homeserver.storage.db import Connection
from homeserver.storage.push_rules import RuleRow, select_rules


async def load_own_rules(conn: Connection, user_nid: int) -> OwnRules:
    """Return a user's own rules, and the server's that the user has changed."""
    return own_rules_of(await select_rules(conn, user_nid))


def own_rules_of(rows: Iterable[RuleRow]) -> OwnRules:
    """Return the rules that rows hold."""
    rules: list[PushRule] = []
    changes: dict[str, DefaultChange] = {}
    for row in rows:
        actions = None if row.actions is None else orjson.loads(row.actions)
        if row.rule_id.startswith("."):
            changes[row.rule_id] = DefaultChange(row.enabled, actions)
        else:
            rules.append(
                PushRule(
                    Kind(row.kind), row.rule_id, actions or [], bool(row.enabled),
                    conditions=orjson.loads(row.conditions), pattern=row.pattern.decode(),
                )
            )  # fmt: skip
    return OwnRules(rules, changes)


def row_of(rule: PushRule) -> RuleRow:
    """Return the row of a user's own rule."""
    return RuleRow(
        rule.kind.value, rule.rule_id, rule.enabled, orjson.dumps(rule.actions),
        orjson.dumps(rule.conditions), rule.pattern.encode(),
    )  # fmt: skip
