"""What rooms and people are called.

Spec: https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-room
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.record import RoomRecord
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.store.members import Member, has_namesake, select_member
from client_desktop.core.text.bidi import safe_name
from client_desktop.core.values import Membership
from client_shared.catalogue import text

MAX_HEROES = 5


@dataclass(frozen=True, slots=True)
class NameWords:
    """The words in computed names, in the language of the interface.

    Names are handed to `str.format` as arguments only, so they may hold braces.
    """

    empty: str = "…"
    empty_was: str = "({0})"
    last_of_several: str = "{0}, {1}"
    """For the last of several names: "Alice, Bob and Carol"."""
    others: str = "{0} +{1}"
    """Names, and the number of those who are not named."""


def name_words(language: str) -> NameWords:
    """Give the words of a language, out of the catalogues."""
    words = (text(language, f"names.{name}") for name in ("empty", "empty_was", "last_of_several", "others"))
    return NameWords(*words)


def room_name(
    state: Mapping[str, JsonObject], record: RoomRecord, hero_names: Sequence[str], words: NameWords
) -> str:
    """Compute a room's name; never empty. `state`: what has an empty state key."""
    named = safe_name(_text(state, "m.room.name", "name"))
    if named:
        return named
    alias = safe_name(_text(state, "m.room.canonical_alias", "alias"))
    if alias.startswith("#"):
        return alias
    return _name_of_people(record, hero_names[:MAX_HEROES], words)


def _name_of_people(record: RoomRecord, names: Sequence[str], words: NameWords) -> str:
    present = record.joined_members + record.invited_members
    others = present - 1 - len(names)
    joined = _join(names, words, listed_wholly=others <= 0)
    if not names:
        return words.empty
    if present <= 1 and record.membership is not Membership.INVITE:
        return words.empty_was.format(joined)
    return words.others.format(joined, others) if others > 0 else joined


def _join(names: Sequence[str], words: NameWords, *, listed_wholly: bool) -> str:
    if len(names) < 2 or not listed_wholly:
        return ", ".join(names)
    return words.last_of_several.format(", ".join(names[:-1]), names[-1])


def member_name(db: Connection, room_id: str, user_id: str) -> str:
    """Give the name of somebody in a room: with the user id where somebody else has the same.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#calculating-the-display-name-for-a-user
    """
    member = select_member(db, room_id, user_id)
    return user_id if member is None else unambiguous_name(db, room_id, member)


def unambiguous_name(db: Connection, room_id: str, member: Member) -> str:
    """Give a member's name, told apart from everybody else's in the room."""
    name = safe_name(member.display_name or "")
    if not name:
        return member.user_id
    # Somebody who is called like a user id would be taken for its owner.
    if name.startswith("@") or has_namesake(db, room_id, member.display_name or "", member.user_id):
        return with_user_id(name, member.user_id)
    return name


def with_user_id(name: str, user_id: str) -> str:
    """Give a name that cannot be mistaken."""
    return name if name == user_id else f"{name} ({user_id})"


def _text(state: Mapping[str, JsonObject], type_: str, key: str) -> str:
    return as_text(as_object(state.get(type_, {}).get("content")).get(key))
