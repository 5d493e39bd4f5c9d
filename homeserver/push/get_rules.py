"""Read a user's push rules, server-default ones included.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushrules
"""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import UserId
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject
from homeserver.push.load_rules import load_own_rules, own_rules_of
from homeserver.push.predefined_rules import rule_set_of
from homeserver.push.rules import Kind, OwnRules, PushRule, RuleSet, find_rule, render_rule_set
from homeserver.storage.db import Database
from homeserver.storage.push_rules import RuleRow, select_rules

PUSH_RULES: Final = "m.push_rules"
"""The type of account data that shows them."""


async def get_rule_set(db: Database, user_nid: int, user_id: UserId) -> RuleSet:
    """Return all rules of a user, as they are in the database now."""
    async with db.acquire() as conn:
        return rule_set_of(user_id, await load_own_rules(conn, user_nid))


async def get_rule(db: Database, user_nid: int, user_id: UserId, kind: Kind, rule_id: str) -> PushRule:
    """Return one rule. Raises NotFound."""
    async with db.acquire() as conn:
        rows = await select_rules(conn, user_nid)
    return find_stored_rule(rows, user_id, kind, rule_id)


def find_stored_rule(rows: Sequence[RuleRow], user_id: UserId, kind: Kind, rule_id: str) -> PushRule:
    """Return a rule as a user's rows make it. Raises NotFound."""
    rule = find_rule(rule_set_of(user_id, own_rules_of(rows)), kind, rule_id)
    if rule is None:
        raise no_such_rule()
    return rule


def push_rules_content(user_id: UserId, own: OwnRules) -> JsonObject:
    """Return the content of `m.push_rules`, which is also what `GET /pushrules/` answers."""
    return {"global": render_rule_set(rule_set_of(user_id, own))}


def no_such_rule() -> NotFound:
    return NotFound("There is no such push rule")
