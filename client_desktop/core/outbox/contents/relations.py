"""Replies, threads, edits, reactions: how one event relates to another.

Spec: https://spec.matrix.org/v1.19/client-server-api/#forming-relationships-between-events
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_bool, as_object, as_texts

RELATES_TO: Final = "m.relates_to"
MENTIONS: Final = "m.mentions"
NEW_CONTENT: Final = "m.new_content"


def in_reply_to(event_id: str) -> JsonObject:
    """Return the relation of a reply.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#rich-replies
    """
    return {"m.in_reply_to": {"event_id": event_id}}


def in_thread(root_id: str, latest_id: str, reply_to: str | None = None) -> JsonObject:
    """Return the relation of a message in a thread.

    Clients without threads show it as a reply to the latest message there; one that really replies says so.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#threading
    """
    relation: JsonObject = {"rel_type": "m.thread", "event_id": root_id}
    return {
        **relation,
        "is_falling_back": reply_to is None,
        "m.in_reply_to": {"event_id": reply_to or latest_id},
    }


def with_relation(content: ReadonlyJsonObject, relation: JsonObject | None) -> JsonObject:
    """Return the content with this relation alone."""
    plain = {key: value for key, value in content.items() if key != RELATES_TO}
    return plain if relation is None else {**plain, RELATES_TO: relation}


def mentions(user_ids: Iterable[str] = (), *, room: bool = False) -> JsonObject:
    """Return who is to be notified: an empty object says "nobody", and is always sent.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#user-and-room-mentions
    """
    named: JsonObject = {}
    if ids := sorted(set(user_ids)):
        named["user_ids"] = ids
    if room:
        named["room"] = True
    return named


def replacement(
    new_content: ReadonlyJsonObject, event_id: str, earlier_content: ReadonlyJsonObject
) -> JsonObject:
    """Return the content that replaces an earlier one. Only who is mentioned newly is notified.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#event-replacements
    """
    new = with_relation(new_content, None)
    fallback = {**new, "body": f"* {new.get('body', '')}"}
    if isinstance(new.get("formatted_body"), str):
        fallback["formatted_body"] = f"* {new['formatted_body']}"
    if MENTIONS in new:
        fallback[MENTIONS] = _newly_mentioned(as_object(new[MENTIONS]), earlier_content)
    return {
        **fallback,
        NEW_CONTENT: new,
        RELATES_TO: {"rel_type": "m.replace", "event_id": event_id},
    }


def reaction(event_id: str, key: str) -> JsonObject:
    """Spec: https://spec.matrix.org/v1.19/client-server-api/#event-annotations-and-reactions"""
    return {RELATES_TO: {"rel_type": "m.annotation", "event_id": event_id, "key": key}}


def reference(event_id: str) -> JsonObject:
    """Spec: https://spec.matrix.org/v1.19/client-server-api/#reference-relations"""
    return {"rel_type": "m.reference", "event_id": event_id}


def named_events(content: ReadonlyJsonObject) -> tuple[str, ...]:
    """Return the events that a content relates to."""
    relation = as_object(content.get(RELATES_TO))
    named = (relation.get("event_id"), as_object(relation.get("m.in_reply_to")).get("event_id"))
    return tuple(dict.fromkeys(as_texts(list(named))))


def with_event_id(content: ReadonlyJsonObject, old: str, new: str) -> JsonObject:
    """Return the content relating to `new` wherever it related to `old`."""
    relation = dict(as_object(content.get(RELATES_TO)))
    if relation.get("event_id") == old:
        relation["event_id"] = new
    reply = as_object(relation.get("m.in_reply_to"))
    if reply.get("event_id") == old:
        relation["m.in_reply_to"] = {**reply, "event_id": new}
    return with_relation(content, relation or None)


def _newly_mentioned(now: JsonObject, earlier_content: ReadonlyJsonObject) -> JsonObject:
    before = as_object(earlier_content.get(MENTIONS))
    known = set(as_texts(before.get("user_ids")))
    user_ids = [user_id for user_id in as_texts(now.get("user_ids")) if user_id not in known]
    return mentions(user_ids, room=as_bool(now.get("room")) and not as_bool(before.get("room")))
