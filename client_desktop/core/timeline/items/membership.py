"""Who came, went, was invited, removed, banned; who is called or looks otherwise now.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommember
"""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.timeline.texts import name_of, one_line
from client_desktop.core.values import ItemKind

_WITH_REASON = frozenset({"left", "removed", "banned", "unbanned", "knocked", "invited", "invite_declined"})


def build_membership(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields | None:
    """Say what became of somebody; None where the event changes nothing."""
    before = as_object(event.unsigned.get("prev_content"))
    found = _sentence(event, content, before, around)
    if found is None:
        return None
    word, *args = found
    reason = one_line(as_text(content.get("reason")))
    if reason and word in _WITH_REASON:
        word, args = f"{word}_reason", [*args, reason]
    return Fields(kind=ItemKind.MEMBERSHIP, state_word=word, state_args=tuple(args))


def _sentence(
    event: Event, content: ReadonlyJsonObject, before: ReadonlyJsonObject, around: Surroundings
) -> tuple[str, ...] | None:
    """Give the word and the names that go with it."""
    was, now = as_text(before.get("membership"), "leave"), as_text(content.get("membership"))
    actor = around.room.person(event.sender).name
    target = around.room.person(event.state_key or "").name
    itself = event.sender == event.state_key
    match was, now:
        case "join", "join":
            return _profile_change(target, content, before)
        case _, "join":
            return ("joined", target)
        case _, "invite":
            return None if was == now else _invited(actor, target, content)
        case _, "ban":
            return None if was == now else ("banned", actor, target)
        case _, "knock":
            return None if was == now else ("knocked", target)
        case "ban", "leave":
            return ("unbanned", actor, target)
        case "invite", "leave":
            return ("invite_declined", target) if itself else ("invite_withdrawn", actor, target)
        case "knock", "leave":
            return ("knock_withdrawn", target) if itself else ("knock_denied", actor, target)
        case _, "leave":
            return ("left", target) if itself else ("removed", actor, target)
    return None


def _invited(actor: str, target: str, content: ReadonlyJsonObject) -> tuple[str, ...]:
    name = as_text(as_object(content.get("third_party_invite")).get("display_name"), limit=200)
    return ("invite_accepted", target, name) if name else ("invited", actor, target)


def _profile_change(
    target: str, content: ReadonlyJsonObject, before: ReadonlyJsonObject
) -> tuple[str, ...] | None:
    old, new = name_of(as_text(before.get("displayname"))), name_of(as_text(content.get("displayname")))
    if old != new:
        if not new:
            return ("name_removed", old)
        return ("renamed", old, new) if old else ("name_chosen", target, new)
    old_picture, new_picture = before.get("avatar_url"), content.get("avatar_url")
    if old_picture != new_picture:
        return ("picture_changed" if new_picture else "picture_removed", target)
    return None
