"""What the default push rules say of an event, without looking at anybody in particular.

Most users keep the default rules, so "does this event notify?" is answered once per event and counted up per
room; only
mentions concern single users.

Spec: https://spec.matrix.org/v1.19/client-server-api/#predefined-rules
"""

from typing import Any

from homeserver.json_types import ReadonlyJsonObject

NOTIFYING_TYPES = frozenset({"m.room.message", "m.room.encrypted", "m.call.invite", "m.poll.start"})


def notifies_by_default(type_: str, content: ReadonlyJsonObject, *, is_state: bool) -> bool:
    """Whether the default rules notify of this event: not of notices, edits, reactions or most state."""
    if is_state:
        return type_ == "m.room.tombstone"
    if type_ not in NOTIFYING_TYPES or content.get("msgtype") == "m.notice":
        return False
    relation = content.get("m.relates_to")
    return not (isinstance(relation, dict) and relation.get("rel_type") == "m.replace")


def mentioned_user_ids(content: ReadonlyJsonObject) -> list[str]:
    """Return the users that `m.mentions` names."""
    user_ids = _mentions(content).get("user_ids")
    return [user_id for user_id in user_ids if isinstance(user_id, str)] if isinstance(user_ids, list) else []


def mentions_room(content: ReadonlyJsonObject) -> bool:
    """Whether `m.mentions` names the whole room; that it may is for the power levels to say."""
    return _mentions(content).get("room") is True


def _mentions(content: ReadonlyJsonObject) -> dict[str, Any]:
    mentions = content.get("m.mentions")
    return mentions if isinstance(mentions, dict) else {}
