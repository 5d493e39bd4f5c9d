"""What the server-default push rules say of an event, without looking at anybody in particular.

Most users keep these rules, so "does this event notify?" is answered once per event and counted up per room;
only mentions concern single users. A test holds this to the rules themselves (`predefined_rules`).

Spec: https://spec.matrix.org/v1.19/client-server-api/#predefined-rules
"""

from typing import Any

from homeserver.json_types import ReadonlyJsonObject

NOTIFYING_TYPES = frozenset({"m.room.message", "m.room.encrypted", "m.call.invite"})


def notifies_by_default(
    type_: str, state_key: str | None, content: ReadonlyJsonObject, *, to_everybody: bool = False
) -> bool:
    """Whether the default rules notify all members of the room, the sender apart, of this event.

    `to_everybody` says that it mentions the room, by somebody who may.
    """
    if _is_suppressed(type_, content):
        return False
    if to_everybody or is_tombstone(type_, state_key):
        return True
    relation = content.get("m.relates_to")
    is_edit = isinstance(relation, dict) and relation.get("rel_type") == "m.replace"
    return type_ in NOTIFYING_TYPES and not is_edit


def mentioned_user_ids(type_: str, content: ReadonlyJsonObject) -> list[str]:
    """Return the users whom `m.mentions` names; in notices and memberships the default rules ignore it."""
    user_ids = _mentions(content).get("user_ids")
    if not isinstance(user_ids, list) or _is_suppressed(type_, content):
        return []
    return [user_id for user_id in user_ids if isinstance(user_id, str)]


def mentions_room(type_: str, content: ReadonlyJsonObject) -> bool:
    """Whether `m.mentions` names the whole room; that it may is for the power levels to say."""
    return _mentions(content).get("room") is True and not _is_suppressed(type_, content)


def is_tombstone(type_: str, state_key: str | None) -> bool:
    """Whether the event says that the room was replaced, which highlights for everybody."""
    return type_ == "m.room.tombstone" and state_key == ""


def _is_suppressed(type_: str, content: ReadonlyJsonObject) -> bool:
    return content.get("msgtype") == "m.notice" or type_ == "m.room.member"


def _mentions(content: ReadonlyJsonObject) -> dict[str, Any]:
    mentions = content.get("m.mentions")
    return mentions if isinstance(mentions, dict) else {}
