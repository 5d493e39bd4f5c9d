"""What a message says, as blocks that views draw."""

from __future__ import annotations

from html import escape
from typing import Any

from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.words import word

WITHOUT_TEXT = frozenset({ItemKind.POLL, ItemKind.REDACTED, ItemKind.UNDECRYPTABLE, ItemKind.LOCATION})


def text_blocks(item: TimelineItem) -> list[dict[str, Any]]:
    """Blocks of a message's text, or of its file's caption; none where it has neither."""
    if item.kind in WITHOUT_TEXT:
        return []
    body, html = (item.media.caption, item.media.caption_html) if item.media else (item.body, item.html)
    if not body and not html:
        return []
    if item.kind is ItemKind.EMOTE:
        body = word("main.emote", item.sender_name, body)
    return [{"kind": "paragraph", "text": body, "escaped": escape(body, quote=False), "html": html}]
