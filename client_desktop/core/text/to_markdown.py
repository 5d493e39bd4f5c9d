"""HTML back to the Markdown that says it: what the composer holds while a message is edited.

`write(to_markdown(html)).html` is the same HTML again for everything that `write` makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from client_desktop.core.text.plain import texts_of
from client_desktop.core.text.rich_text import table_rows
from client_desktop.core.text.sanitise import sanitise
from client_desktop.core.text.tree import Element, Node, parse

_WRAPPED = {"b": "**", "strong": "**", "i": "*", "em": "*", "s": "~~", "del": "~~", "strike": "~~"}
_BLOCKS = frozenset(
    (
        "p",
        "div",
        "blockquote",
        "ul",
        "ol",
        "pre",
        "hr",
        "table",
        "details",
        *(f"h{level}" for level in range(1, 7)),
    )
)
_SPECIAL = re.compile(r"([\\`*_\[\]~|])")
_LINE_START = re.compile(
    r"^(\s*)(#{1,6}(?=\s)|>|[-+](?=\s)|\d{1,9}[.)](?=\s)|(?:-{3,}|\+{3,})\s*$)", re.MULTILINE
)


def to_markdown(html: str) -> str:
    """Return Markdown; what Markdown cannot say (colours, underlines) is left out. Takes any HTML."""
    return "\n\n".join(_blocks(parse(sanitise(html)).children))


def _blocks(nodes: Iterable[Node]) -> Iterator[str]:
    run: list[Node] = []
    for node in nodes:
        if isinstance(node, Element) and node.tag in _BLOCKS:
            yield from _paragraph(run)
            run = []
            yield from _block(node)
        else:
            run.append(node)
    yield from _paragraph(run)


def _paragraph(nodes: Iterable[Node]) -> Iterator[str]:
    text = _inline(nodes).strip()
    if text:
        yield _LINE_START.sub(_escape_start, text)


def _escape_start(match: re.Match[str]) -> str:
    """A number is escaped behind itself, a sign before."""
    sign = match[2]
    return match[1] + (f"{sign[:-1]}\\{sign[-1]}" if sign[0].isdigit() else f"\\{sign}")


def _block(element: Element) -> Iterator[str]:
    match element.tag:
        case "pre":
            yield _code(element)
        case "hr":
            yield "---"
        case "blockquote":
            inner = "\n\n".join(_blocks(element.children))
            yield "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
        case "ul" | "ol":
            yield _list(element)
        case "table":
            yield _table(element)
        case tag if tag[0] == "h":
            yield f"{'#' * int(tag[1])} {_inline(element.children).strip()}"
        case _:
            yield from _blocks(element.children)


def _list(element: Element) -> str:
    start = element.attributes.get("start", "1")
    number = int(start) if start.isdigit() else 1
    items = []
    for item in element.children:
        if not isinstance(item, Element):
            continue
        marker = f"{number}. " if element.tag == "ol" else "- "
        number += 1
        loose = any(isinstance(child, Element) and child.tag == "p" for child in item.children)
        inner = ("\n\n" if loose else "\n").join(_blocks(item.children))
        items.append(marker + inner.replace("\n", "\n" + " " * len(marker)))
    return "\n".join(re.sub(r"^ +$", "", item, flags=re.MULTILINE) for item in items)


def _code(element: Element) -> str:
    code = texts_of(element).rstrip("\n")
    inner = next((child for child in element.children if isinstance(child, Element)), None)
    language = (inner.attributes.get("class", "") if inner else "").removeprefix("language-")
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def _table(element: Element) -> str:
    rows = [
        [
            _inline(cell.children).strip().replace("\n", " ")
            for cell in row.children
            if isinstance(cell, Element)
        ]
        for row in table_rows(element)
    ]
    if not rows:
        return ""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def _inline(nodes: Iterable[Node]) -> str:
    return "".join(_run(node) for node in nodes)


def _run(node: Node) -> str:
    if isinstance(node, str):
        return _escape(re.sub(r"\s+", " ", node))
    inner = _inline(node.children)
    if node.tag in _WRAPPED:
        return _wrap(inner, _WRAPPED[node.tag])
    match node.tag:
        case "br":
            return "\n"
        case "code":
            return _code_span(texts_of(node))
        case "a":
            return _link(node, inner)
        case "img":
            return _picture(node)
        case "span" if "data-mx-spoiler" in node.attributes:
            reason = node.attributes["data-mx-spoiler"].replace("|", "")
            return f"||{reason}|{inner}||" if reason else f"||{inner}||"
    return inner


def _wrap(inner: str, mark: str) -> str:
    """Spaces belong outside the marks, or the marks are none."""
    bare = inner.strip()
    if not bare:
        return inner
    before = inner[: len(inner) - len(inner.lstrip())]
    return f"{before}{mark}{bare}{mark}{inner[len(before) + len(bare) :]}"


def _code_span(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    ticks = "`" * (longest + 1)
    space = " " if code.startswith("`") or code.endswith("`") else ""
    return f"{ticks}{space}{code}{space}{ticks}"


def _link(element: Element, inner: str) -> str:
    target = element.attributes.get("href", "")
    if not target:
        return inner
    if texts_of(element) == target:
        return target
    if target.count("(") != target.count(")"):
        target = target.replace("(", "%28").replace(")", "%29")
    return f"[{inner}]({target})"


def _picture(element: Element) -> str:
    label = element.attributes.get("alt") or element.attributes.get("title", "")
    source = element.attributes.get("src", "")
    return f"![{_escape(label)}]({source})" if source else _escape(label)


def _escape(text: str) -> str:
    """Addresses stay as they are: nothing in them is Markdown."""
    parts = re.split(r"((?:https?://|matrix:|mailto:)\S+)", text)
    return "".join(part if at % 2 else _SPECIAL.sub(r"\\\1", part) for at, part in enumerate(parts))
