"""What a room's state says, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_int, as_list, as_object, as_text, as_texts
from client_desktop.core.store.room_state import select_state_event
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.items.unknown import build_unknown
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.timeline.texts import one_line
from client_desktop.core.values import ItemKind

Sentence: TypeAlias = tuple[str, ...]
"""The word, and what goes with it beside the name of who did it, which always comes first."""


def build_state(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Say what changed, by whom."""
    describe = _DESCRIBED.get(event.type)
    if describe is None:
        return build_unknown(event, content, around)
    word, *args = describe(event, content, around)
    actor = around.room.person(event.sender).name
    return Fields(kind=ItemKind.STATE, state_word=word, state_args=(actor, *map(one_line, args)))


def _before(event: Event) -> JsonObject:
    return as_object(event.unsigned.get("prev_content"))


def _set_or_removed(key: str, changed: str, removed: str) -> Callable[..., Sentence]:
    def describe(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
        value = as_text(content.get(key), limit=1000).strip()
        return (changed, value) if value else (removed,)

    return describe


def _chosen(key: str, words: Mapping[str, str], otherwise: str) -> Callable[..., Sentence]:
    def describe(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
        return (words.get(as_text(content.get(key)), otherwise),)

    return describe


def _always(word: str) -> Callable[..., Sentence]:
    return lambda event, content, around: (word,)


def _picture(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    return ("room_picture_changed" if content.get("url") else "room_picture_removed",)


def _created(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    if content.get("type") == "m.space":
        return ("space_created",)
    return ("continued" if content.get("predecessor") else "created",)


def _topic(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    parts = as_list(as_object(content.get("m.topic")).get("m.text"))
    rich = next((as_text(as_object(part).get("body"), limit=1000) for part in parts), "")
    topic = (as_text(content.get("topic"), limit=1000) or rich).strip()
    return ("topic_changed", topic) if topic else ("topic_removed",)


def _alias(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    new, old = as_text(content.get("alias")), as_text(_before(event).get("alias"))
    if new != old:
        return ("alias_changed", new) if new else ("alias_removed",)
    return ("aliases_changed",)


def _levels(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    """Name who may more or less now where it is one person; otherwise say that rights changed."""
    before = _before(event)
    old, new = as_object(before.get("users")), as_object(content.get("users"))
    default = as_int(content.get("users_default"))
    changed = [
        (
            user_id,
            as_int(old.get(user_id), as_int(before.get("users_default"))),
            as_int(new.get(user_id), default),
        )
        for user_id in {**old, **new}
        if old.get(user_id) != new.get(user_id)
    ]
    if before and len(changed) == 1:
        user_id, was, level = changed[0]
        return ("level_changed", around.room.person(user_id).name, str(was), str(level))
    return ("levels_changed",)


def _pins(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    old, new = set(as_texts(_before(event).get("pinned"))), set(as_texts(content.get("pinned")))
    if new - old and not old - new:
        return ("pinned",)
    return ("unpinned",) if old - new and not new - old else ("pins_changed",)


def _third_party_invite(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    name = as_text(content.get("display_name") or _before(event).get("display_name"), limit=200)
    return ("address_invited" if content.get("public_key") else "address_uninvited", name)


def _child(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    word = "child_added" if content.get("via") else "child_removed"
    return (word, _room_name(event.state_key or "", around))


def _parent(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Sentence:
    word = "parent_added" if content.get("via") else "parent_removed"
    return (word, _room_name(event.state_key or "", around))


def _room_name(room_id: str, around: Surroundings) -> str:
    named = select_state_event(around.room.db, room_id, "m.room.name", "") or {}
    return as_text(as_object(named.get("content")).get("name"), limit=200) or room_id


_DESCRIBED: Final[Mapping[str, Callable[[Event, ReadonlyJsonObject, Surroundings], Sentence]]] = {
    "m.room.create": _created,
    "m.room.name": _set_or_removed("name", "room_named", "room_name_removed"),
    "m.room.topic": _topic,
    "m.room.avatar": _picture,
    "m.room.canonical_alias": _alias,
    "m.room.join_rules": _chosen(
        "join_rule",
        {
            "public": "join_public",
            "invite": "join_invite",
            "knock": "join_knock",
            "restricted": "join_restricted",
            "knock_restricted": "join_restricted",
        },
        "join_changed",
    ),
    "m.room.history_visibility": _chosen(
        "history_visibility",
        {
            "world_readable": "history_world",
            "shared": "history_shared",
            "invited": "history_invited",
            "joined": "history_joined",
        },
        "history_changed",
    ),
    "m.room.guest_access": _chosen("guest_access", {"can_join": "guests_allowed"}, "guests_forbidden"),
    "m.room.encryption": _always("encryption_on"),
    "m.room.power_levels": _levels,
    "m.room.pinned_events": _pins,
    "m.room.server_acl": _always("servers_changed"),
    "m.room.tombstone": _always("upgraded"),
    "m.room.third_party_invite": _third_party_invite,
    "m.space.child": _child,
    "m.space.parent": _parent,
    "m.room.image_pack": _always("images_changed"),
    "im.ponies.room_emotes": _always("images_changed"),
    "m.policy.rule.user": _always("policies_changed"),
    "m.policy.rule.room": _always("policies_changed"),
    "m.policy.rule.server": _always("policies_changed"),
}
