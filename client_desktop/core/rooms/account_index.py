"""What account data says about rooms, ready to be looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from sqlite3 import Connection

from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_objects, as_texts
from client_desktop.core.store.account_data import select_account_data

INDEXED_TYPES = frozenset({"m.direct", "m.push_rules", "m.ignored_user_list"})


@dataclass(frozen=True, slots=True)
class AccountIndex:
    """Direct chats, muted rooms, ignored people."""

    direct: dict[str, str] = field(default_factory=dict)
    """Room id to the other person."""
    muted: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()


def read_account_index(db: Connection) -> AccountIndex:
    """Read it from the store."""
    return AccountIndex(
        _direct(select_account_data(db, "", "m.direct") or {}),
        _muted(select_account_data(db, "", "m.push_rules") or {}),
        frozenset(as_object((select_account_data(db, "", "m.ignored_user_list") or {}).get("ignored_users"))),
    )


def rooms_that_differ(before: AccountIndex, after: AccountIndex) -> set[str]:
    """Give the rooms whose summary the account data has changed."""
    direct = {room_id for room_id, _ in before.direct.items() ^ after.direct.items()}
    return direct | (before.muted ^ after.muted)


def _direct(content: JsonObject) -> dict[str, str]:
    return {
        room_id: user_id
        for user_id, rooms in content.items()
        if user_id.startswith("@")
        for room_id in as_texts(rooms)
    }


def _muted(content: JsonObject) -> frozenset[str]:
    """Give the rooms that an override rule of their own keeps silent."""
    rules = as_objects(as_object(content.get("global")).get("override"))
    return frozenset(room for rule in rules if (room := _muted_room(rule)) is not None)


def _muted_room(rule: JsonObject) -> str | None:
    conditions = as_objects(rule.get("conditions"))
    actions = [action for action in as_texts(rule.get("actions")) if action != "dont_notify"]
    if rule.get("enabled") is False or len(conditions) != 1 or actions or as_objects(rule.get("actions")):
        return None
    condition = conditions[0]
    room_id = condition.get("pattern")
    if condition.get("kind") != "event_match" or condition.get("key") != "room_id":
        return None
    return room_id if isinstance(room_id, str) and room_id == rule.get("rule_id") else None
