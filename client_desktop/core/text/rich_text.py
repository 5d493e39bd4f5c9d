"""A message's text as blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from client_desktop.core.text.blocks import Block, BlockKind, Surroundings, collapse, escape_text
from client_desktop.core.text.highlight import highlight
from client_desktop.core.text.inline_html import InlineWriter
from client_desktop.core.text.plain import texts_of
from client_desktop.core.text.tree import Element, Node, parse

MAX_BLOCKS = 400
MAX_QUOTES = 6
MAX_COLUMNS = 20
MAX_ROWS = 100
BULLETS = ("•", "◦", "▪")

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CONTAINERS = frozenset(
    {"p", "div", "ul", "ol", "li", "blockquote", "pre", "hr", "table", "details", *_HEADINGS}
)


def rich_blocks(body: str, html: str, around: Surroundings = Surroundings()) -> tuple[Block, ...]:  # noqa: B008
    """Return what a message is drawn as.

    `html` is what `sanitise` gave, or empty where `body` is all there is.
    """
    writer = _BlockWriter(around)
    blocks = tuple(writer.blocks(parse(html).children, _Place())) if html else ()
    return blocks[:MAX_BLOCKS] or (writer.plain(body),)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in lists and quotations one is; `marker` waits for the first block of an item."""

    indent: int = 0
    quotes: int = 0


class _BlockWriter:
    def __init__(self, around: Surroundings) -> None:
        self._inline = InlineWriter(around)

    def plain(self, body: str) -> Block:
        """Return a paragraph of plain text; with HTML only where something in it is a link."""
        written = self._inline.write_text(body)
        html = written if "<a " in written or "<span" in written else ""
        return Block(BlockKind.PARAGRAPH, body, html)

    def blocks(self, nodes: Iterable[Node], place: _Place) -> Iterator[Block]:
        """Return the blocks of nodes; what stands between blocks is paragraphs."""
        run: list[Node] = []
        for node in nodes:
            if isinstance(node, Element) and _holds_blocks(node):
                yield from self._paragraph(run, place)
                run = []
                yield from self._block(node, place)
            else:
                run.append(node)
        yield from self._paragraph(run, place)

    def _block(self, element: Element, place: _Place) -> Iterator[Block]:
        match element.tag:
            case "pre":
                yield _code(element, place)
            case "hr":
                yield Block(BlockKind.RULE, indent=place.indent)
            case "blockquote":
                yield from self._quote(element, place)
            case "ul" | "ol":
                yield from self._list(element, place)
            case "table":
                yield self._table(element, place)
            case "details":
                yield self._details(element, place)
            case tag if tag in _HEADINGS:
                for block in self._paragraph(element.children, place):
                    yield replace(block, kind=BlockKind.HEADING, level=_HEADINGS[tag])
            case _:
                yield from self.blocks(element.children, place)

    def _paragraph(self, nodes: list[Node], place: _Place) -> Iterator[Block]:
        html = _trimmed(self._inline.write(nodes))
        if html:
            text = "".join(_said(node) for node in nodes).strip()
            yield Block(
                BlockKind.PARAGRAPH, text, "" if html == escape_text(text) else html, indent=place.indent
            )

    def _quote(self, element: Element, place: _Place) -> Iterator[Block]:
        inner = tuple(self.blocks(element.children, _Place(0, place.quotes + 1)))
        if place.quotes >= MAX_QUOTES:
            yield from inner
        elif inner:
            yield Block(BlockKind.QUOTE, texts_of(element).strip(), indent=place.indent, blocks=inner)

    def _list(self, element: Element, place: _Place) -> Iterator[Block]:
        start = element.attributes.get("start", "1")
        number = int(start) if element.tag == "ol" and start.lstrip("-").isdigit() else 1
        inside = replace(place, indent=min(place.indent + 1, 8))
        for item in element.children:
            if not isinstance(item, Element):
                continue
            if item.tag != "li":
                yield from self._block(item, inside)
                continue
            marker = f"{number}." if element.tag == "ol" else BULLETS[min(place.indent, len(BULLETS) - 1)]
            number += 1
            yield from _marked(self.blocks(item.children, inside), marker, inside)

    def _table(self, element: Element, place: _Place) -> Block:
        rows: list[tuple[str, ...]] = []
        headers = 0
        for row in list(table_rows(element))[:MAX_ROWS]:
            cells = [cell for cell in row.children if isinstance(cell, Element)][:MAX_COLUMNS]
            headers += bool(cells) and not rows[headers:] and all(cell.tag == "th" for cell in cells)
            rows.append(tuple(_trimmed(self._inline.write(cell.children)) for cell in cells))
        columns = max(map(len, rows), default=0)
        filled = tuple((*row, *[""] * (columns - len(row))) for row in rows)
        return Block(
            BlockKind.TABLE, _table_text(element), indent=place.indent, rows=filled, header_rows=headers
        )

    def _details(self, element: Element, place: _Place) -> Block:
        summaries = [
            child for child in element.children if isinstance(child, Element) and child.tag == "summary"
        ]
        rest = [child for child in element.children if child not in summaries[:1]]
        title = self._inline.write(summaries[0].children) if summaries else ""
        return Block(
            BlockKind.DETAILS,
            texts_of(summaries[0]).strip() if summaries else "",
            _trimmed(title),
            indent=place.indent,
            blocks=tuple(self.blocks(rest, _Place(0, place.quotes))),
        )


def _holds_blocks(element: Element) -> bool:
    """Whether an element is a block, or an inline one that strangely holds blocks."""
    if element.tag in _CONTAINERS:
        return True
    if "data-mx-spoiler" in element.attributes:
        return False
    return any(isinstance(child, Element) and _holds_blocks(child) for child in element.children)


def _code(element: Element, place: _Place) -> Block:
    code = texts_of(element).removeprefix("\n").rstrip("\n")
    inner = next((child for child in element.children if isinstance(child, Element)), None)
    language = (inner.attributes.get("class", "") if inner else "").removeprefix("language-")
    html = f"<pre style=\"font-family:'JetBrains Mono'\">{highlight(code, language)}</pre>"
    return Block(BlockKind.CODE, code, html, indent=place.indent, language=language)


def _marked(blocks: Iterator[Block], marker: str, place: _Place) -> Iterator[Block]:
    """Give the first block of an item its marker; an empty item is only that."""
    first = next(blocks, None)
    if first is None or first.indent > place.indent:
        yield Block(BlockKind.PARAGRAPH, indent=place.indent, marker=marker)
        if first is not None:
            yield first
    else:
        yield replace(first, marker=marker)
    yield from blocks


def table_rows(element: Element) -> Iterator[Element]:
    """Give the rows of a table, whatever groups they are in."""
    for child in element.children:
        if isinstance(child, Element):
            if child.tag == "tr":
                yield child
            elif child.tag in {"thead", "tbody"}:
                yield from table_rows(child)


def _table_text(element: Element) -> str:
    lines = ["\t".join(texts_of(cell).strip() for cell in row.children if isinstance(cell, Element))
             for row in table_rows(element)]  # fmt: skip
    return "\n".join(lines)


def _said(node: Node) -> str:
    if isinstance(node, str):
        return collapse(node)
    if node.tag == "br":
        return "\n"
    if "data-mx-spoiler" in node.attributes:
        return "▒" * len(texts_of(node).strip())
    if node.tag == "img":
        return node.attributes.get("alt", "")
    return "".join(_said(child) for child in node.children)


def _trimmed(html: str) -> str:
    """A run without the breaks and spaces at its ends."""
    trimmed = html.strip()
    while trimmed.endswith("<br>"):
        trimmed = trimmed[:-4].rstrip()
    while trimmed.startswith("<br>"):
        trimmed = trimmed[4:].lstrip()
    return trimmed
