"""Reactions, counted.

Spec: https://spec.matrix.org/v1.19/client-server-api/#event-annotations-and-reactions
"""

from __future__ import annotations

from collections.abc import Iterable

from client_desktop.core.shapes import as_text
from client_desktop.core.timeline.event import ANNOTATION, REPLACE, Event
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.values import Reaction

MAX_KEY = 100
MAX_KINDS = 100
MAX_NAMES = 20


def count_reactions(target: Event, reactions: Iterable[Event], room: RoomFacts) -> tuple[Reaction, ...]:
    """Count who reacted with what: everybody once for each, those whom the account ignores never."""
    if target.rel_type in (ANNOTATION, REPLACE):
        return ()
    by_key: dict[str, dict[str, Event]] = {}
    for reaction in reactions:
        key = as_text(reaction.relates_to.get("key"), limit=MAX_KEY)
        if key and _counts(reaction, room) and (key in by_key or len(by_key) < MAX_KINDS):
            by_key.setdefault(key, {}).setdefault(reaction.sender, reaction)
    return tuple(_reaction(key, people, room) for key, people in by_key.items())


def _counts(reaction: Event, room: RoomFacts) -> bool:
    return (
        reaction.type == "m.reaction"
        and reaction.rel_type == ANNOTATION
        and not reaction.redacted
        and reaction.sender not in room.ignored
    )


def _reaction(key: str, people: dict[str, Event], room: RoomFacts) -> Reaction:
    mine = people.get(room.me)
    return Reaction(
        key=key,
        image_url=key if key.startswith("mxc://") else None,
        count=len(people),
        names=tuple(room.person(user_id).name for user_id in list(people)[:MAX_NAMES]),
        mine=mine is not None,
        my_event_id=None if mine is None or mine.local else mine.event_id,
    )
