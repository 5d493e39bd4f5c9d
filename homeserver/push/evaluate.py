"""Which actions an event calls for, by the rules of one user. Pure: the room is an argument.

Spec: https://spec.matrix.org/v1.19/client-server-api/#push-rules
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.push.conditions import (
    Condition,
    EventMatch,
    InvalidCondition,
    Never,
    PropertyIs,
    compile_condition,
)
from homeserver.push.event_view import BODY, EventView, RoomView
from homeserver.push.globs import compile_glob
from homeserver.push.rules import Actions, Kind, PushRule, RuleSet


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """An enabled rule: all its conditions must hold. A rule without conditions always matches."""

    conditions: tuple[Condition, ...]
    actions: Actions
    notifies: bool
    highlights: bool

    @property
    def cost(self) -> int:
        """How long it takes to ask the rule, in about the time of a plain condition."""
        return 1 + sum(c.glob.cost for c in self.conditions if isinstance(c, EventMatch))

    def matches(self, event: EventView, room: RoomView) -> bool:
        return all(condition.holds(event, room) for condition in self.conditions)


def evaluate(rules: Sequence[CompiledRule], event: EventView, room: RoomView) -> CompiledRule | None:
    """Return the rule that decides about an event: the first that matches. None: nothing is to be done.

    Of events that the owner of the rules sent, nobody should ask.
    """
    return next((rule for rule in rules if rule.matches(event, room)), None)


def compile_rules(rule_set: RuleSet) -> list[CompiledRule]:
    """Return the rules that can match anything, in the order in which they are tried."""
    compiled = [compile_rule(rule) for kind in Kind for rule in rule_set[kind] if rule.enabled]
    return [
        rule for rule in compiled if not any(isinstance(condition, Never) for condition in rule.conditions)
    ]


def compile_rule(rule: PushRule) -> CompiledRule:
    """Return a rule, ready to be asked; one that is malformed matches nothing."""
    try:
        conditions = tuple(_conditions(rule))
    except InvalidCondition:
        conditions = (Never(),)
    notifies = "notify" in rule.actions
    return CompiledRule(conditions, rule.actions, notifies, notifies and highlights(rule.actions))


def highlights(actions: Actions) -> bool:
    """Whether these actions set the highlight tweak, whose value is true unless another is given."""
    tweaks = [
        action for action in actions if isinstance(action, dict) and action.get("set_tweak") == "highlight"
    ]
    return bool(tweaks) and tweaks[-1].get("value", True) is True


def _conditions(rule: PushRule) -> list[Condition]:
    match rule.kind:
        case Kind.CONTENT:
            return [EventMatch(BODY, rule.pattern, compile_glob(rule.pattern))]
        case Kind.ROOM:
            return [PropertyIs(("room_id",), rule.rule_id)]
        case Kind.SENDER:
            return [PropertyIs(("sender",), rule.rule_id)]
    return [compile_condition(condition) for condition in rule.conditions]
