"""What a user's rules make of one room, before any event of it is looked at.

The room's cumulative count, and the rows of mentions beside it, say what the server-default rules notify of.
Most users in most rooms want just that, or nothing at all; only what differs has to be evaluated event by
event, at reading time. docs/adr/0003-unread-counts.md has the reasons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from homeserver.push.conditions import (
    Condition,
    ContainsDisplayName,
    EventMatch,
    MemberCount,
    PropertyIs,
    SenderPermission,
)
from homeserver.push.evaluate import CompiledRule, compile_rules
from homeserver.push.predefined_rules import rule_set_of
from homeserver.push.rules import OwnRules

ROOM_ID: Final = ("room_id",)
TYPE: Final = ("type",)
ROOM_IS_MENTIONED: Final = PropertyIs(("content", "m.mentions", "room"), True)
MENTION_RULES: Final = 6
"""The first enabled server-default rules, up to the tombstone's: what they notify of has rows of its own."""


class Counting(Enum):
    """How the unread events of a room are counted for one user."""

    DEFAULT = auto()
    SILENT = auto()
    EVALUATED = auto()


@dataclass(frozen=True, slots=True)
class RoomStance:
    """How to count in a room, and the rules that can match there.

    Where events are evaluated, `types` are those that may notify beside the mentions; None: any.
    """

    counting: Counting
    rules: Sequence[CompiledRule]
    types: frozenset[str] | None = None

    @property
    def asks_member_count(self) -> bool:
        return self._asks(MemberCount)

    @property
    def asks_display_name(self) -> bool:
        return self._asks(ContainsDisplayName)

    @property
    def asks_permission(self) -> bool:
        """Whether a rule asks for the sender's power of events that do not mention the room."""
        return any(
            ROOM_IS_MENTIONED not in rule.conditions
            for rule in self.rules
            if any(isinstance(condition, SenderPermission) for condition in rule.conditions)
        )

    def _asks(self, kind: type[Condition]) -> bool:
        return any(isinstance(condition, kind) for rule in self.rules for condition in rule.conditions)


def stance_of(rules: Sequence[CompiledRule], user_id: str, room_id: str) -> RoomStance:
    """Return what compiled rules make of a room."""
    here = rules_for_room(rules, room_id)
    if not any(rule.notifies for rule in here):
        return RoomStance(Counting.SILENT, here)
    defaults = default_rules_of(user_id)
    has_mentions = _effects(here[:MENTION_RULES]) == _effects(defaults[:MENTION_RULES])
    types = _notifying_types(here[MENTION_RULES:]) if has_mentions else None
    is_default = _effects(here) == _effects(defaults)
    return RoomStance(Counting.DEFAULT if is_default else Counting.EVALUATED, here, types)


def rules_for_room(rules: Sequence[CompiledRule], room_id: str) -> list[CompiledRule]:
    """Return the rules that can decide in a room, without the conditions that hold of all its events."""
    here: list[CompiledRule] = []
    for rule in rules:
        conditions: list[Condition] = []
        for condition in rule.conditions:
            holds = _holds_in_room(condition, room_id)
            if holds is False:
                break
            if holds is None:
                conditions.append(condition)
        else:
            here.append(CompiledRule(tuple(conditions), rule.actions, rule.notifies, rule.highlights))
            if not conditions:
                break  # it always matches: no later rule is reached
    return here


@lru_cache(maxsize=1_000)
def default_rules_of(user_id: str) -> Sequence[CompiledRule]:
    """Return the server-default rules of a user who has changed nothing."""
    return compile_rules(rule_set_of(user_id, OwnRules()))


def _holds_in_room(condition: Condition, room_id: str) -> bool | None:
    """Whether a condition holds of every event of a room, or of none; None: that depends on the event."""
    match condition:
        case EventMatch(path=path, glob=glob) if path == ROOM_ID:
            return glob.matches(room_id.casefold())
        case PropertyIs(path=path, value=value) if path == ROOM_ID:
            return value == room_id
    return None


def _effects(rules: Sequence[CompiledRule]) -> list[tuple[tuple[Condition, ...], bool, bool]]:
    """Return what matters for counting: sounds and other tweaks do not."""
    return [(rule.conditions, rule.notifies, rule.highlights) for rule in rules]


def _notifying_types(rules: Sequence[CompiledRule]) -> frozenset[str] | None:
    types = set()
    for rule in rules:
        if rule.notifies:
            named = [
                condition.pattern
                for condition in rule.conditions
                if isinstance(condition, EventMatch) and condition.path == TYPE
            ]
            if not named or any(character in named[0] for character in "*?"):
                return None
            types.add(named[0])
    return frozenset(types)
