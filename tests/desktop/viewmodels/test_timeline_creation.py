"""A new room is one line, with what it was made of behind it."""

from __future__ import annotations

from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.timeline_creation import creation_part


def an_event(word: str, at_ms: int = 0, sender: str = "@alice:example.org") -> TimelineItem:
    kind = ItemKind.MEMBERSHIP if word in ("joined", "invited") else ItemKind.STATE
    return TimelineItem(key=f"{word}{at_ms}", kind=kind, at_ms=at_ms, sender=sender, state_word=word)


def parts(*items: TimelineItem) -> list[str]:
    return [creation_part(items, place) for place in range(len(items))]


def test_what_the_creator_says_at_once_belongs_to_the_creation() -> None:
    begun = (an_event("created"), an_event("joined"), an_event("levels"), an_event("named", 900))
    assert parts(*begun) == ["created", "setup", "setup", "setup"]


def test_invitations_other_people_and_later_changes_stand_for_themselves() -> None:
    assert parts(an_event("created"), an_event("invited")) == ["created", ""]
    assert parts(an_event("created"), an_event("named", 60_000)) == ["created", ""]
    assert parts(an_event("created"), an_event("joined", 1, "@bob:example.org")) == ["created", ""]


def test_a_change_after_a_message_is_none_of_the_creation() -> None:
    said = TimelineItem(key="m", kind=ItemKind.TEXT, at_ms=1, sender="@alice:example.org", body="Hello")
    assert parts(an_event("created"), said, an_event("named", 2)) == ["created", "", ""]
