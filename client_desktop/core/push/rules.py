"""Push rules as the account data holds them, in the order in which they are asked.

Spec: https://spec.matrix.org/v1.19/client-server-api/#push-rules
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.push.conditions import Condition, compile_condition, match_glob, never
from client_desktop.core.push.views import EventView, RoomView
from client_desktop.core.shapes import as_bool, as_list, as_object, as_objects, as_text

MAX_RULES: Final = 2000
MAX_CONDITIONS: Final = 50
MASTER: Final = ".m.rule.master"


class RuleKind(StrEnum):
    """In the order in which they are asked."""

    OVERRIDE = "override"
    CONTENT = "content"
    ROOM = "room"
    SENDER = "sender"
    UNDERRIDE = "underride"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule wants done."""

    notify: bool = False
    highlight: bool = False
    sound: str = ""
    rule_id: str = ""

    @property
    def count(self) -> int:
        """0 nothing, 1 a notification, 2 a highlight: what the store keeps of it."""
        return (2 if self.highlight else 1) if self.notify else 0


@dataclass(frozen=True, slots=True)
class PushRule:
    kind: RuleKind
    rule_id: str
    enabled: bool
    default: bool
    pattern: str
    outcome: Outcome
    conditions: tuple[Condition, ...]
    source: ReadonlyJsonObject

    def matches(self, event: EventView, room: RoomView) -> bool:
        return all(holds(event, room) for holds in self.conditions)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of an account, those asked first first."""

    rules: tuple[PushRule, ...]

    def evaluate(self, event: EventView, room: RoomView) -> Outcome:
        """Tell what the first rule that fits wants; nothing where none does."""
        for rule in self.rules:
            if rule.enabled and rule.matches(event, room):
                return rule.outcome
        return Outcome()

    def find(self, kind: RuleKind, rule_id: str) -> PushRule | None:
        return next((rule for rule in self.rules if rule.kind is kind and rule.rule_id == rule_id), None)

    def of_kind(self, kind: RuleKind) -> tuple[PushRule, ...]:
        return tuple(rule for rule in self.rules if rule.kind is kind)


def parse_rules(content: ReadonlyJsonObject) -> RuleSet:
    """Read the content of `m.push_rules`; what is malformed is left out, unknown conditions never hold."""
    ruleset = as_object(content.get("global"))
    rules = [
        rule
        for kind in RuleKind
        for entry in as_objects(ruleset.get(kind))
        if (rule := _parse_rule(kind, entry)) is not None
    ]
    master_first = sorted(rules[:MAX_RULES], key=lambda rule: rule.rule_id != MASTER)
    return RuleSet(tuple(master_first))


def _parse_rule(kind: RuleKind, entry: JsonObject) -> PushRule | None:
    rule_id = as_text(entry.get("rule_id"))
    if not rule_id:
        return None
    return PushRule(
        kind,
        rule_id,
        as_bool(entry.get("enabled"), default=True),
        as_bool(entry.get("default")),
        as_text(entry.get("pattern")),
        parse_actions(as_list(entry.get("actions")), rule_id),
        _conditions(kind, rule_id, entry),
        entry,
    )


def parse_actions(actions: list[object], rule_id: str = "") -> Outcome:
    """Read what a rule wants done; the historical `dont_notify` and `coalesce` mean nothing."""
    highlight, sound = False, ""
    for action in actions:
        tweak = as_object(action)
        if tweak.get("set_tweak") == "highlight":
            highlight = as_bool(tweak.get("value"), default=True)
        elif tweak.get("set_tweak") == "sound":
            sound = as_text(tweak.get("value"))
    return Outcome("notify" in actions, highlight, sound, rule_id)


def _conditions(kind: RuleKind, rule_id: str, entry: ReadonlyJsonObject) -> tuple[Condition, ...]:
    match kind:
        case RuleKind.ROOM:
            return (_is_property("room_id", rule_id),)
        case RuleKind.SENDER:
            return (_is_property("sender", rule_id),)
        case RuleKind.CONTENT:
            pattern = as_text(entry.get("pattern"))
            return (match_glob("content.body", pattern) if pattern else never,)
        case _:
            conditions = as_list(entry.get("conditions"))
            if len(conditions) > MAX_CONDITIONS:
                return (never,)
            return tuple(_compile(orjson.dumps(as_object(each))) for each in conditions)


def _is_property(name: str, value: str) -> Condition:
    return lambda event, room: event.property((name,)) == (True, value)


@lru_cache(maxsize=4096)
def _compile(condition: bytes) -> Condition:
    """Prepare a condition once, however often the rules are read again."""
    parsed: Mapping[str, object] = orjson.loads(condition)
    return compile_condition(parsed)
