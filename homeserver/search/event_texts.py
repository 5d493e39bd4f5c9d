"""Which text of an event can be searched, by the keys that the specification names.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-side-search
"""

from enum import IntEnum
from typing import Final

from homeserver.json_types import JsonObject, JsonValue


class Kind(IntEnum):
    """What a text is; its values are those of the table."""

    BODY = 0
    NAME = 1
    TOPIC = 2


TYPES: Final = {"m.room.message": Kind.BODY, "m.room.name": Kind.NAME, "m.room.topic": Kind.TOPIC}
KEYS: Final = {"content.body": Kind.BODY, "content.name": Kind.NAME, "content.topic": Kind.TOPIC}


def text_of(type_: str, content: JsonObject) -> str:
    """Return the text of an event by which it can be found; empty where there is none."""
    match TYPES.get(type_):
        case Kind.BODY:
            return _without_quote(_text(content.get("body")), content)
        case Kind.NAME:
            return _text(content.get("name"))
        case Kind.TOPIC:
            return " ".join(dict.fromkeys([_text(content.get("topic")), *_plain_topics(content)])).strip()
        case _:
            return ""


def replaces_another(content: JsonObject) -> bool:
    """Tell whether an event is an edit, which is found as the event that it edits."""
    relation = content.get("m.relates_to")
    return isinstance(relation, dict) and relation.get("rel_type") == "m.replace"


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _plain_topics(content: JsonObject) -> list[str]:
    topic = content.get("m.topic")
    texts = topic.get("m.text") if isinstance(topic, dict) else None
    if not isinstance(texts, list):
        return []
    return [
        _text(text.get("body"))
        for text in texts
        if isinstance(text, dict) and text.get("mimetype", "text/plain") == "text/plain"
    ]


def _without_quote(body: str, content: JsonObject) -> str:
    """Leave out the quotation that replies used to begin with: what it says is found where it was said."""
    relation = content.get("m.relates_to")
    if not isinstance(relation, dict) or "m.in_reply_to" not in relation or not body.startswith("> "):
        return body
    quoted, blank, rest = body.partition("\n\n")
    return rest if blank and all(line.startswith(">") for line in quoted.split("\n")) else body
