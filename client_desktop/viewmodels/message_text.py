"""What a message says, as blocks that views draw."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import Any

from client_desktop.core.text.blocks import Block, BlockKind, Surroundings
from client_desktop.core.text.rich_text import rich_blocks
from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.qml_values import to_qml

WITHOUT_TEXT = frozenset({ItemKind.POLL, ItemKind.REDACTED, ItemKind.UNDECRYPTABLE, ItemKind.LOCATION})


def text_blocks(item: TimelineItem, around: Surroundings) -> list[dict[str, Any]]:
    """Blocks of a message's text, or of its file's caption; none where it has neither."""
    if item.kind in WITHOUT_TEXT:
        return []
    body, html = (item.media.caption, item.media.caption_html) if item.media else (item.body, item.html)
    if not body and not html:
        return []
    blocks = rich_blocks(body, html, around)
    if item.kind is ItemKind.EMOTE:
        blocks = _said_by(item.sender_name, blocks)
    if item.edited and blocks[-1].kind is not BlockKind.PARAGRAPH:
        blocks = (*blocks, Block(BlockKind.PARAGRAPH))  # for the words that say so
    return [block_map(block) for block in blocks]


def _said_by(name: str, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Put the name of who does something before what they do."""
    first = blocks[0]
    if first.kind is not BlockKind.PARAGRAPH:
        return (Block(BlockKind.PARAGRAPH, f"* {name}"), *blocks)
    html = f"* {escape(name)} {first.html}" if first.html else ""
    return (replace(first, text=f"* {name} {first.text}", html=html), *blocks[1:])


def block_map(block: Block) -> dict[str, Any]:
    """A block as QML reads it."""
    shown: dict[str, Any] = to_qml(replace(block, blocks=()))
    shown["escaped"] = block.escaped
    shown["blocks"] = [block_map(inner) for inner in block.blocks]
    return shown
