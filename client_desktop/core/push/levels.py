"""What people choose: how much one room notifies, which kinds of things do, which words.

Every choice is a few changes of rules; what a choice is now is read from the rules, so that it agrees with
what other clients set.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.push.rules import MASTER, Outcome, PushRule, RuleKind, RuleSet
from client_desktop.core.shapes import as_objects

NOTIFY: Final[list[Any]] = ["notify"]
SOUND: Final[list[Any]] = ["notify", {"set_tweak": "sound", "value": "default"}]
HIGHLIGHT: Final[list[Any]] = [
    "notify",
    {"set_tweak": "sound", "value": "default"},
    {"set_tweak": "highlight"},
]
MAX_KEYWORD: Final = 100


class RoomLevel(StrEnum):
    """How much a room notifies."""

    DEFAULT = "default"
    """As the account's settings say for rooms of its kind."""
    ALL = "all"
    MENTIONS = "mentions"
    MUTE = "mute"


class Topic(StrEnum):
    """Kinds of things that notify or do not, in all rooms."""

    DIRECT = "direct"
    """Messages between two."""
    ROOMS = "rooms"
    """Messages in rooms of more."""
    MENTION = "mention"
    ROOM_MENTION = "room_mention"
    INVITE = "invite"
    CALL = "call"
    NOTICE = "notice"
    """Messages of bots."""
    UPGRADE = "upgrade"


class Loudness(StrEnum):
    OFF = "off"
    ON = "on"
    LOUD = "loud"
    """With a sound."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One request to the server."""

    kind: RuleKind
    rule_id: str
    body: JsonObject | None = None
    """The rule to make; None with nothing else: delete it."""
    enabled: bool | None = None
    actions: list[Any] | None = None


TOPIC_RULES: Final[dict[Topic, tuple[tuple[RuleKind, str], ...]]] = {
    Topic.DIRECT: (
        (RuleKind.UNDERRIDE, ".m.rule.room_one_to_one"),
        (RuleKind.UNDERRIDE, ".m.rule.encrypted_room_one_to_one"),
    ),
    Topic.ROOMS: ((RuleKind.UNDERRIDE, ".m.rule.message"), (RuleKind.UNDERRIDE, ".m.rule.encrypted")),
    Topic.MENTION: ((RuleKind.OVERRIDE, ".m.rule.is_user_mention"),),
    Topic.ROOM_MENTION: ((RuleKind.OVERRIDE, ".m.rule.is_room_mention"),),
    Topic.INVITE: ((RuleKind.OVERRIDE, ".m.rule.invite_for_me"),),
    Topic.CALL: ((RuleKind.UNDERRIDE, ".m.rule.call"),),
    Topic.NOTICE: ((RuleKind.OVERRIDE, ".m.rule.suppress_notices"),),
    Topic.UPGRADE: ((RuleKind.OVERRIDE, ".m.rule.tombstone"),),
}
_SOUNDS: Final[dict[Topic, str]] = {Topic.CALL: "ring"}
_HIGHLIGHTED: Final = frozenset({Topic.MENTION, Topic.ROOM_MENTION, Topic.UPGRADE})


def room_level(rules: RuleSet, room_id: str) -> RoomLevel:
    """Read how much a room notifies."""
    override = rules.find(RuleKind.OVERRIDE, room_id)
    if override is not None and override.enabled and is_mute(override):
        return RoomLevel.MUTE
    room = rules.find(RuleKind.ROOM, room_id)
    if room is None or not room.enabled:
        return RoomLevel.DEFAULT
    return RoomLevel.ALL if room.outcome.notify else RoomLevel.MENTIONS


def is_mute(rule: PushRule) -> bool:
    """Tell whether an override rule silences the room it is named after."""
    conditions = as_objects(rule.source.get("conditions"))
    wanted = {"kind": "event_match", "key": "room_id", "pattern": rule.rule_id}
    return conditions == [wanted] and not rule.outcome.notify


def set_room_level(rules: RuleSet, room_id: str, level: RoomLevel) -> list[RuleChange]:
    """Give what to change so that a room notifies this much."""
    changes: list[RuleChange] = []
    muted = rules.find(RuleKind.OVERRIDE, room_id) is not None
    room = rules.find(RuleKind.ROOM, room_id) is not None
    if level is RoomLevel.MUTE:
        condition = {"kind": "event_match", "key": "room_id", "pattern": room_id}
        return [_make(RuleKind.OVERRIDE, room_id, {"conditions": [condition], "actions": []})]
    if muted:
        changes.append(RuleChange(RuleKind.OVERRIDE, room_id))
    if level is RoomLevel.DEFAULT:
        return [*changes, RuleChange(RuleKind.ROOM, room_id)] if room else changes
    actions = SOUND if level is RoomLevel.ALL else []
    return [*changes, _make(RuleKind.ROOM, room_id, {"actions": actions})]


def topic_loudness(rules: RuleSet, topic: Topic) -> Loudness:
    """Read how loud a kind of things is; of rules that differ, the first counts."""
    kind, rule_id = TOPIC_RULES[topic][0]
    rule = rules.find(kind, rule_id)
    if topic is Topic.NOTICE:
        return Loudness.OFF if rule is not None and rule.enabled else Loudness.ON
    if rule is None or not rule.enabled or not rule.outcome.notify:
        return Loudness.OFF
    return Loudness.LOUD if rule.outcome.sound else Loudness.ON


def set_topic(rules: RuleSet, topic: Topic, loudness: Loudness) -> list[RuleChange]:
    """Give what to change so that a kind of things is this loud."""
    known = [(kind, rule_id) for kind, rule_id in TOPIC_RULES[topic] if rules.find(kind, rule_id)]
    if topic is Topic.NOTICE:  # the rule is what keeps bots quiet
        return [RuleChange(*rule, enabled=loudness is Loudness.OFF) for rule in known]
    if loudness is Loudness.OFF:
        return [RuleChange(*rule, enabled=False) for rule in known]
    actions: list[Any] = ["notify"]
    if loudness is Loudness.LOUD:
        actions.append({"set_tweak": "sound", "value": _SOUNDS.get(topic, "default")})
    if topic in _HIGHLIGHTED:
        actions.append({"set_tweak": "highlight"})
    return [change for rule in known for change in _turn_on(rules, rule, actions)]


def keywords(rules: RuleSet) -> tuple[str, ...]:
    """Give the words that count as a mention."""
    return tuple(
        rule.pattern
        for rule in rules.of_kind(RuleKind.CONTENT)
        if rule.enabled and not rule.default and rule.pattern and rule.outcome.notify
    )


def add_keyword(rules: RuleSet, word: str) -> list[RuleChange]:
    """Give what to change so that a word counts as a mention; nothing where it is empty or there."""
    word = word.strip()[:MAX_KEYWORD]
    if not word or word.casefold() in (known.casefold() for known in keywords(rules)):
        return []
    rule_id = _keyword_id(word.casefold())
    return [_make(RuleKind.CONTENT, rule_id, {"pattern": word, "actions": HIGHLIGHT})]


def remove_keyword(rules: RuleSet, word: str) -> list[RuleChange]:
    """Give what to change so that a word is nothing special."""
    return [
        RuleChange(rule.kind, rule.rule_id)
        for rule in rules.of_kind(RuleKind.CONTENT)
        if rule.pattern.casefold() == word.strip().casefold() and not rule.default
    ]


def is_silent(rules: RuleSet) -> bool:
    """Tell whether nothing notifies at all."""
    master = rules.find(RuleKind.OVERRIDE, MASTER)
    return master is not None and master.enabled


def invite_outcome(rules: RuleSet) -> Outcome:
    """Tell what is to be done about an invitation."""
    rule = rules.find(RuleKind.OVERRIDE, ".m.rule.invite_for_me")
    return rule.outcome if rule is not None and rule.enabled and not is_silent(rules) else Outcome()


def _turn_on(rules: RuleSet, rule: tuple[RuleKind, str], actions: list[Any]) -> list[RuleChange]:
    """Enable a rule after its actions are right, where they were not."""
    found = rules.find(*rule)
    changes = []
    if found is None or list(found.source.get("actions", ())) != actions:
        changes.append(RuleChange(*rule, actions=actions))
    if found is None or not found.enabled:
        changes.append(RuleChange(*rule, enabled=True))
    return changes


def _keyword_id(word: str) -> str:
    """Name a rule after its word; what a rule id may not hold is left out."""
    name = "".join(letter for letter in word if letter not in "/\\").lstrip(".")
    return name.encode()[:200].decode(errors="ignore") or "keyword"


def _make(kind: RuleKind, rule_id: str, body: ReadonlyJsonObject) -> RuleChange:
    return RuleChange(kind, rule_id, body=dict(body))
