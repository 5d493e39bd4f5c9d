"""Texts, emotes and notices.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_text
from client_desktop.core.timeline.event import MAX_TEXT, Event, reply_target
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.timeline.texts import links_of, only_emoji, safe_html, without_reply
from client_desktop.core.values import ItemKind

KINDS = {"m.emote": ItemKind.EMOTE, "m.notice": ItemKind.NOTICE, "m.server_notice": ItemKind.NOTICE}


def build_text(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show a message that is text; an unknown kind of message shows what it says for such a case."""
    body = as_text(content.get("body"), limit=MAX_TEXT)
    if reply_target(event) is not None:
        body = without_reply(body)
    html = formatted(content)
    return Fields(
        kind=KINDS.get(as_text(content.get("msgtype")), ItemKind.TEXT),
        body=body,
        html=html,
        only_emoji=only_emoji(body),
        links=links_of(body, html),
    )


def formatted(content: ReadonlyJsonObject) -> str:
    """Give the formatted text of a message, safe to show; empty where there is none."""
    if content.get("format") != "org.matrix.custom.html":
        return ""
    return safe_html(as_text(content.get("formatted_body"), limit=MAX_TEXT))
