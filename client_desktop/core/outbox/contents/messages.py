"""Texts, captions, stickers, places.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.outbox.contents.relations import MENTIONS, mentions

HTML: Final = "org.matrix.custom.html"
FILE_KINDS: Final = frozenset({"m.image", "m.video", "m.audio", "m.file"})
_TEXT_KEYS: Final = ("body", "format", "formatted_body", MENTIONS)


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote, understood."""

    body: str
    html: str = ""
    """Empty where `body` says everything."""
    user_ids: tuple[str, ...] = ()
    """Who is mentioned."""
    room: bool = False
    """Everybody is."""


def text_message(written: Written, msgtype: str = "m.text", also: Iterable[str] = ()) -> JsonObject:
    """Return a message; `also` are people to notify who are not in the text (whom it replies to)."""
    return {"msgtype": msgtype, **text_keys(written, also)}


def text_keys(written: Written, also: Iterable[str] = ()) -> JsonObject:
    """Return what a text says, without its kind: for messages and captions."""
    keys: JsonObject = {
        "body": written.body,
        MENTIONS: mentions((*written.user_ids, *also), room=written.room),
    }
    return {**keys, "format": HTML, "formatted_body": written.html} if written.html else keys


def edited_text(earlier: ReadonlyJsonObject, written: Written) -> JsonObject:
    """Return what a message is after an edit: a file keeps everything but its caption."""
    msgtype = earlier.get("msgtype")
    if msgtype not in FILE_KINDS:
        return text_message(written, msgtype if isinstance(msgtype, str) else "m.text")
    kept = {key: value for key, value in earlier.items() if key not in _TEXT_KEYS}
    return with_caption({**kept, "body": earlier.get("filename", earlier.get("body", ""))}, written)


def with_caption(content: ReadonlyJsonObject, caption: Written | None) -> JsonObject:
    """Return a file's content with a caption, or without one for None or an empty text.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#media-captions
    """
    name = content.get("filename", content.get("body", ""))
    if caption is None or not caption.body:
        return {**content, "body": name, "filename": name, MENTIONS: mentions()}
    return {**content, "filename": name, **text_keys(caption)}


def sticker(body: str, url: str, info: ReadonlyJsonObject) -> JsonObject:
    """Spec: https://spec.matrix.org/v1.19/client-server-api/#sticker-messages"""
    return {"body": body, "url": url, "info": dict(info)}


def location(body: str, geo_uri: str, description: str, now_ms: int) -> JsonObject:
    """Return a place, as the specification and as MSC3488 say it."""
    return {
        "msgtype": "m.location",
        "body": body,
        "geo_uri": geo_uri,
        "org.matrix.msc1767.text": body,
        "org.matrix.msc3488.location": {"uri": geo_uri, "description": description},
        "org.matrix.msc3488.asset": {"type": "m.pin"},
        "org.matrix.msc3488.ts": now_ms,
        MENTIONS: mentions(),
    }
