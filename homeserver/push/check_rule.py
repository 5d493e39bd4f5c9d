"""What a rule may say, and how much of them one user may have.

Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3pushrulesglobalkindruleid
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from homeserver.errors import BadJson, InvalidParam, MissingParam
from homeserver.json_types import JsonObject
from homeserver.push.conditions import InvalidCondition, compile_condition
from homeserver.push.globs import MAX_PATTERN_CHARACTERS
from homeserver.push.rules import WITH_CONDITIONS, Kind, PushRule
from homeserver.storage.push_rules import RuleRow

MAX_RULES: Final = 1_000
MAX_BYTES: Final = 256 * 1024
MAX_RULE_BYTES: Final = 8 * 1024
MAX_RULE_ID_BYTES: Final = 255
MAX_ACTIONS: Final = 20
MAX_CONDITIONS: Final = 20

ACTION_NAMES: Final = ("notify", "dont_notify", "coalesce")
"""The last two are historical: they are kept as they were written, and ignored."""


def check_kind(kind: str) -> Kind:
    """Return the kind that a path names. Raises InvalidParam."""
    try:
        return Kind(kind)
    except ValueError:
        raise InvalidParam(f"There is no kind of rules called {kind[:50]!r}") from None


def check_rule_id(rule_id: str) -> str:
    """Return the id of a rule that a user wants to make. Raises InvalidParam."""
    if not 1 <= len(rule_id.encode()) <= MAX_RULE_ID_BYTES:
        raise InvalidParam(f"A rule id has 1 to {MAX_RULE_ID_BYTES} bytes")
    if rule_id.startswith("."):
        raise InvalidParam("Rule ids that begin with a dot are the server's")
    if "/" in rule_id or "\\" in rule_id:
        raise InvalidParam("A rule id has no slashes or backslashes")
    return rule_id


def check_rule(
    kind: Kind, rule_id: str, actions: Sequence[Any], conditions: Sequence[JsonObject], pattern: str | None
) -> PushRule:
    """Return the rule that a user wants to make; what does not belong to its kind is left out.

    Raises: InvalidParam, MissingParam, BadJson.
    """
    rule = PushRule(
        kind,
        check_rule_id(rule_id),
        check_actions(actions),
        conditions=check_conditions(conditions) if kind in WITH_CONDITIONS else (),
        pattern=_check_pattern(pattern) if kind is Kind.CONTENT else "",
    )
    _check_size([rule.actions, rule.conditions])
    return rule


def check_actions(actions: Sequence[Any]) -> Sequence[Any]:
    """Return actions that the specification knows, or knew once. Raises InvalidParam."""
    if len(actions) > MAX_ACTIONS:
        raise InvalidParam(f"A rule has at most {MAX_ACTIONS} actions")
    for action in actions:
        is_tweak = isinstance(action, dict) and isinstance(action.get("set_tweak"), str)
        if not is_tweak and action not in ACTION_NAMES:
            raise InvalidParam("An action is notify, or sets a tweak")
    _check_size(actions)
    return actions


def check_conditions(conditions: Sequence[JsonObject]) -> Sequence[JsonObject]:
    """Return conditions whose parameters are right, or whose kind is not known.

    Raises: BadJson, InvalidParam.
    """
    if len(conditions) > MAX_CONDITIONS:
        raise InvalidParam(f"A rule has at most {MAX_CONDITIONS} conditions")
    for condition in conditions:
        try:
            compile_condition(condition)
        except InvalidCondition as error:
            raise BadJson(str(error)) from error
    return conditions


def check_amount(rows: Sequence[RuleRow], added: RuleRow) -> None:
    """Bound what one user can make the server keep and evaluate. Raises InvalidParam."""
    if not fits(rows, added):
        raise InvalidParam(f"A user has at most {MAX_RULES} push rules, of {MAX_BYTES} bytes together")


def fits(rows: Sequence[RuleRow], added: RuleRow) -> bool:
    """Whether a user who has these rules may have one more, or another in the place of one of them."""
    others = [row for row in rows if (row.kind, row.rule_id) != (added.kind, added.rule_id)]
    return len(others) < MAX_RULES and sum(row.size for row in others) + added.size <= MAX_BYTES


def _check_size(parts: Sequence[Any]) -> None:
    try:
        size = len(orjson.dumps(parts))
    except TypeError as error:  # an integer beyond 64 bits
        raise BadJson(str(error)) from error
    if size > MAX_RULE_BYTES:
        raise InvalidParam(f"A rule has at most {MAX_RULE_BYTES} bytes")


def _check_pattern(pattern: str | None) -> str:
    if pattern is None:
        raise MissingParam("A content rule has a pattern")
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise InvalidParam(f"A pattern has at most {MAX_PATTERN_CHARACTERS} characters")
    return pattern
