"""Text without markup: previews, notifications, what copying gives."""

from __future__ import annotations

import re

from client_desktop.core.text.bidi import without_direction
from client_desktop.core.text.sanitise import sanitise
from client_desktop.core.text.tree import Element, Node, parse

MAX_LINE = 200
BLOCKS = frozenset(
    "p div blockquote ul ol li h1 h2 h3 h4 h5 h6 pre table tr hr details summary caption".split()  # noqa: SIM905
)

_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HIDDEN_WORD = re.compile(r"\S")


def one_line(text: str, limit: int = MAX_LINE) -> str:
    """Return text as one line, cut with an ellipsis at a word where it is longer than `limit`."""
    line = _SPACES.sub(" ", without_direction(text[: limit * 20])).strip()
    if len(line) <= limit:
        return line
    space = line.rfind(" ", 0, limit)
    return line[: space if space > limit * 2 // 3 else limit - 1].rstrip() + "…"


def without_reply(body: str) -> str:
    """Return a body without the quotation that clients used to put before an answer.

    Only where a line `> <@user…>` begins it: other quotations are the writer's own.
    """
    if not re.match(r"> (?:\* )?<@[^>\n]+>", body):
        return body
    lines = body.split("\n")
    first = next((at for at, line in enumerate(lines) if not line.startswith(">")), len(lines))
    rest = lines[first:]
    return "\n".join(rest[1:] if rest and not rest[0].strip() else rest)


def plain_text(html: str, spoiler: str = "▒") -> str:
    """Return what HTML says, without markup; each character of a spoiler becomes `spoiler`.

    Takes any HTML, safe or not.
    """
    parts: list[str] = []
    _gather(parse(sanitise(html)), parts, spoiler, False)
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(parts))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def without_spoilers(html: str) -> str:
    """Return what HTML says, with "[Spoiler]" or "[Spoiler for …]" in place of what is hidden.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#spoiler-messages
    """
    root = parse(sanitise(html))
    _name_spoilers(root)
    parts: list[str] = []
    _gather(root, parts, "", False)
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _name_spoilers(element: Element) -> None:
    reason = element.attributes.pop("data-mx-spoiler", None)
    if reason is not None:
        element.children = [f"[Spoiler for {reason}]" if reason else "[Spoiler]"]
        return
    for child in element.children:
        if isinstance(child, Element):
            _name_spoilers(child)


def _gather(node: Node, parts: list[str], spoiler: str, hidden: bool) -> None:
    if isinstance(node, str):
        parts.append(_HIDDEN_WORD.sub(spoiler, node) if hidden else node)
        return
    hidden = hidden or "data-mx-spoiler" in node.attributes
    if node.tag == "br":
        parts.append("\n")
    elif node.tag == "img":
        parts.append(node.attributes.get("alt") or node.attributes.get("title", ""))
    elif node.tag in {"td", "th"}:
        parts.append("\t")
    if node.tag in BLOCKS:
        _break(parts)
    if node.tag == "li":
        parts.append("• ")
    for child in node.children:
        _gather(child, parts, spoiler, hidden)
    if node.tag in BLOCKS:
        _break(parts)


def _break(parts: list[str]) -> None:
    if parts and not parts[-1].endswith("\n"):
        parts.append("\n")


def texts_of(element: Element) -> str:
    """Return all text within an element."""
    return "".join(element.texts())
