"""Push rules as values, and the order in which they are tried.

Spec: https://spec.matrix.org/v1.19/client-server-api/#push-rules
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from homeserver.json_types import JsonObject


class Kind(StrEnum):
    """The kinds of rules, in the order in which they are tried."""

    OVERRIDE = "override"
    CONTENT = "content"
    ROOM = "room"
    SENDER = "sender"
    UNDERRIDE = "underride"


WITH_CONDITIONS = frozenset({Kind.OVERRIDE, Kind.UNDERRIDE})

Actions: TypeAlias = Sequence[Any]
"""Strings such as `notify`, and objects such as `{"set_tweak": "highlight"}`, as the client wrote them."""


@dataclass(frozen=True, slots=True)
class PushRule:
    """One rule. `conditions` belong to override and underride rules, `pattern` to content rules.

    `default` says that the server made it; its id then begins with a dot.
    """

    kind: Kind
    rule_id: str
    actions: Actions
    enabled: bool = True
    default: bool = False
    conditions: Sequence[JsonObject] = ()
    pattern: str = ""


RuleSet: TypeAlias = Mapping[Kind, Sequence[PushRule]]
"""All rules of a user by kind, the most important of each kind first."""


@dataclass(frozen=True, slots=True)
class DefaultChange:
    """What a user has changed about a server-default rule; None leaves it as it is."""

    enabled: bool | None = None
    actions: Actions | None = None


@dataclass(frozen=True, slots=True)
class OwnRules:
    """What a user has made of the rules.

    `rules` are own ones, the most important of each kind first; `changes` are those to the server's, by id.
    """

    rules: Sequence[PushRule] = ()
    changes: Mapping[str, DefaultChange] | None = None

    def find(self, kind: Kind, rule_id: str) -> PushRule | None:
        return next((rule for rule in self.rules if rule.kind == kind and rule.rule_id == rule_id), None)

    @property
    def is_empty(self) -> bool:
        return not (self.rules or self.changes)


def find_rule(rule_set: RuleSet, kind: Kind, rule_id: str) -> PushRule | None:
    """Return a rule, server-default ones included."""
    return next((rule for rule in rule_set[kind] if rule.rule_id == rule_id), None)


def render_rule(rule: PushRule) -> JsonObject:
    """Return a rule as clients see it."""
    rendered: JsonObject = {
        "rule_id": rule.rule_id,
        "default": rule.default,
        "enabled": rule.enabled,
        "actions": rule.actions,
    }
    if rule.kind in WITH_CONDITIONS:
        rendered["conditions"] = rule.conditions
    if rule.kind is Kind.CONTENT:
        rendered["pattern"] = rule.pattern
    return rendered


def render_rule_set(rule_set: RuleSet) -> JsonObject:
    """Return all rules as clients see them: the content of `global`."""
    return {kind.value: [render_rule(rule) for rule in rule_set[kind]] for kind in Kind}
