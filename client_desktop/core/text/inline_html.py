"""Runs of text within a block: emphasis, links, people, custom emoji, spoilers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from client_desktop.core.text.blocks import (
    SPOILER_CLOSE,
    SPOILER_HIDDEN,
    SPOILER_OPEN,
    SPOILER_SHOWN,
    Surroundings,
    collapse,
    color,
    escape_text,
)
from client_desktop.core.text.colors import person_index
from client_desktop.core.text.links import (
    LinkKind,
    MatrixLink,
    find_links,
    matrix_to,
    misleads,
    parse_matrix_link,
)
from client_desktop.core.text.plain import texts_of
from client_desktop.core.text.tree import Element, Node

EMOJI_HEIGHT = 24
MAX_PICTURE = 96
SIMPLE = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s", "del": "s", "strike": "s"} | {
    "sup": "sup",
    "sub": "sub",
}

_ROOM = re.compile(r"(?<![\w@])@room(?!\w)")


class InlineWriter:
    """Write runs of one message; numbers its spoilers."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._spoilers = 0

    def write(self, nodes: Iterable[Node]) -> str:
        """Return the HTML of a run."""
        return "".join(self._node(node, linked=False, hidden=False) for node in nodes)

    def write_text(self, text: str) -> str:
        """Return the HTML of plain text: addresses and ids become links."""
        return "".join(self._linked(text)).replace("\n", "<br>")

    def _node(self, node: Node, linked: bool, hidden: bool) -> str:
        if isinstance(node, str):
            text = collapse(node)
            return escape_text(text) if linked else "".join(self._linked(text))
        if node.tag == "br":
            return "<br>"
        if node.tag == "img":
            return self._picture(node)
        if node.tag == "a" and not linked:
            return self._link(node, hidden)
        if node.tag == "code":
            return self._styled(
                f"background-color:{color('codeBg')};font-family:'JetBrains Mono'", node, True, hidden
            )
        if node.tag in {"span", "font"}:
            return self._span(node, linked, hidden)
        inner = self._inner(node, linked, hidden)
        tag = SIMPLE.get(node.tag)
        return f"<{tag}>{inner}</{tag}>" if tag and inner else inner

    def _inner(self, element: Element, linked: bool, hidden: bool) -> str:
        return "".join(self._node(child, linked, hidden) for child in element.children)

    def _styled(self, style: str, element: Element, linked: bool, hidden: bool) -> str:
        return f'<span style="{style}">{self._inner(element, linked, hidden)}</span>'

    def _linked(self, text: str) -> Iterator[str]:
        at = 0
        for found in find_links(text):
            yield self._mention_room(text[at : found.start])
            shown = text[found.start : found.end]
            link = parse_matrix_link(found.target)
            yield self._pill(link, shown) if link else _anchor(found.target, escape_text(shown))
            at = found.end
        yield self._mention_room(text[at:])

    def _mention_room(self, text: str) -> str:
        written = escape_text(text)
        return (
            _ROOM.sub(_ground("mention", "mentionSoft", "@room"), written)
            if self._around.mentions_room
            else written
        )

    def _link(self, element: Element, hidden: bool) -> str:
        target = element.attributes.get("href", "")
        label = texts_of(element)
        link = parse_matrix_link(target)
        if link is not None and not link.event_id:
            return self._pill(link, label)
        inner = self._inner(element, True, hidden)
        if not target:
            return inner
        if not label.strip() and "<img" not in inner:
            inner = escape_text(target)
        host = f' <span style="color:{color("textMuted")}">({escape_text(_host(target))})</span>'
        return _anchor(target, inner) + (host if misleads(label, target) else "")

    def _pill(self, link: MatrixLink, label: str) -> str:
        """Name whom the link means, not what it says: anybody can write any words there."""
        target = matrix_to(link)
        if link.kind is LinkKind.USER:
            name = escape_text(
                "@" + (self._around.name_of(link.identifier) or link.identifier[1:]).lstrip("@")
            )
            if link.identifier == self._around.me:
                return _anchor(target, _ground("mention", "mentionSoft", name), "mention")
            number = person_index(link.identifier)
            return _anchor(target, _ground(f"p{number}", f"s{number}", name), f"p{number}")
        shown = link.identifier if link.kind is LinkKind.ALIAS else label.strip() or link.identifier
        return _anchor(target, _ground("accent", "accentSoft", escape_text(shown)), "accent")

    def _picture(self, element: Element) -> str:
        """Only what is here already is shown; nothing is fetched by drawing."""
        attributes = element.attributes
        label = attributes.get("alt") or attributes.get("title") or ""
        wanted = attributes.get("height", "")
        emoji = "data-mx-emoticon" in attributes
        height = EMOJI_HEIGHT if emoji or not wanted.isdigit() else min(max(int(wanted), 8), MAX_PICTURE)
        source = self._around.picture(attributes.get("src", ""), height) if attributes.get("src") else ""
        if not source:
            return escape_text(label)
        return f'<img src="{escape(source)}" height="{height}" align="middle" alt="{escape_text(label)}">'

    def _span(self, element: Element, linked: bool, hidden: bool) -> str:
        attributes = element.attributes
        if "data-mx-spoiler" in attributes and not hidden:
            return self._spoiler(element, attributes["data-mx-spoiler"], linked)
        if "data-mx-maths" in attributes:
            return self._maths(attributes["data-mx-maths"])
        style = ""
        ink = attributes.get("data-mx-color") or attributes.get("color")
        ground = attributes.get("data-mx-bg-color")
        if ground and ink:
            style = f"color:{ink};background-color:{ground}"
        elif ink:
            style = f"color:{color(ink)}"
        return self._styled(style, element, linked, hidden) if style else self._inner(element, linked, hidden)

    def _spoiler(self, element: Element, reason: str, linked: bool) -> str:
        number = self._spoilers
        self._spoilers += 1
        shown = self._styled(f"background-color:{color('codeBg')}", element, linked, True)
        cover = "\u2588" * min(max(len(texts_of(element).strip()), 3), 40)
        why = f'<span style="color:{color("textMuted")}">({escape_text(reason)}) </span>' if reason else ""
        hidden = why + _anchor(f"spoiler:{number}", cover, "controlBorder")
        return f"{SPOILER_OPEN}{number}{SPOILER_HIDDEN}{hidden}{SPOILER_SHOWN}{shown}{SPOILER_CLOSE}"

    def _maths(self, formula: str) -> str:
        style = f"background-color:{color('codeBg')};font-family:'JetBrains Mono'"
        return f'<span style="{style}">{escape_text(formula)}</span>'


def _anchor(target: str, inner: str, ink: str = "link") -> str:
    return f'<a href="{escape(target)}" style="color:{color(ink)};text-decoration:none">{inner}</a>'


def _ground(ink: str, ground: str, inner: str) -> str:
    style = f"color:{color(ink)};background-color:{color(ground)};font-weight:500"
    return f'<span style="{style}">{inner}</span>'


def _host(address: str) -> str:
    match = re.match(r"[a-z]+://([^/?#]*)", address, re.IGNORECASE)
    return match[1] if match else address
