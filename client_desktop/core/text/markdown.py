"""Markdown as people type it, to what a message says: HTML only where text alone does not say it.

CommonMark with tables, ~~deleted~~ and ||spoilers|| (`||reason|hidden||`); line breaks count, raw HTML is
text, pictures are custom emoji (mxc) or links. A link to a person mentions them, `@room` mentions everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from client_desktop.core.outbox.contents.messages import Written
from client_desktop.core.text.links import LinkKind, find_links, parse_matrix_link
from client_desktop.core.text.plain import without_spoilers

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

MAX_LENGTH = 60_000
"""Longer texts are sent as they are: an event holds 65,536 bytes."""

_PLAIN_BLOCKS = frozenset({"paragraph_open", "paragraph_close", "inline"})
_PLAIN_INLINE = frozenset({"text", "softbreak", "hardbreak", "bare_url"})
_ROOM = re.compile(r"(?<![\w@])@room(?!\w)")
_NAMED_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\((https://matrix\.to/#/[^)\s]*|matrix:[^)\s]*)\)")
_SPOILER = re.compile(r"\|\|(?:([^|\n]*)\|)?(.+?)\|\|", re.DOTALL)
_ADDRESS = re.compile(r"(?:https?://|matrix:|mailto:)[^\s<>]+", re.IGNORECASE)
_TEXT = re.compile(r"(?:(?!https?://|matrix:|mailto:)[^\n!#$%&*+\-:<=>@\[\]\\^_`{}~|])+", re.IGNORECASE)


def write(text: str) -> Written:
    """Return what a text says: its plain form, its HTML where that says more, and who is mentioned."""
    if len(text) > MAX_LENGTH:
        return Written(text)
    tokens = _markdown().parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    user_ids = tuple(dict.fromkeys(_mentioned(inline)))
    room = any(token.type == "text" and _ROOM.search(token.content) for token in inline)
    if _is_plain(tokens, inline):
        return Written(_unmarked(text, tokens), "", user_ids, room)
    html = _render(tokens)
    return Written(_fallback(text, html), html, user_ids, room)


def _is_plain(tokens: Sequence[Token], inline: Sequence[Token]) -> bool:
    return all(token.type in _PLAIN_BLOCKS for token in tokens) and all(
        token.type in _PLAIN_INLINE for token in inline
    )


def _unmarked(text: str, tokens: Sequence[Token]) -> str:
    """The text as it was typed, unless backslashes took the meaning of something."""
    said = "\n\n".join(_said(token.children or ()) for token in tokens if token.type == "inline")
    return text if _letters(said) == _letters(text) else said


def _said(children: Iterable[Token]) -> str:
    return "".join("\n" if child.type.endswith("break") else child.content for child in children)


def _letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _fallback(text: str, html: str) -> str:
    """What clients without HTML show: the text as typed, names for links to people, no spoilers."""
    if "<span data-mx-spoiler" in html:
        return without_spoilers(html)
    return _NAMED_LINK.sub(lambda link: re.sub(r"\\(.)", r"\1", link[1]), text)


def _mentioned(inline: Iterable[Token]) -> Iterable[str]:
    for token in inline:
        if token.type == "link_open":
            addresses = [str(token.attrs.get("href", ""))]
        elif token.type in {"text", "bare_url"}:
            addresses = [link.target for link in find_links(token.content)]
        else:
            continue
        for address in addresses:
            link = parse_matrix_link(address)
            if link is not None and link.kind is LinkKind.USER:
                yield link.identifier


def _render(tokens: list[Token]) -> str:
    paragraphs = [token for token in tokens if token.level == 0 and token.nesting >= 0]
    if len([token for token in paragraphs if token.type != "inline"]) == 1:
        for token in tokens:
            if token.level == 0 and token.type in {"paragraph_open", "paragraph_close"}:
                token.hidden = True
    markdown = _markdown()
    rendered = str(markdown.renderer.render(tokens, markdown.options, {}))
    return rendered.replace("<br>\n", "<br>").strip()


def _bare_url(state: StateInline, silent: bool) -> bool:
    """Take an address whole, so that stars and underlines in it are no emphasis."""
    match = _ADDRESS.match(state.src, state.pos, state.posMax)
    if match is None or (state.pos > 0 and state.src[state.pos - 1].isalnum()):
        return False
    found = find_links(match.group())
    if not found or found[0].start != 0:
        return False
    if not silent:
        token = state.push("bare_url", "", 0)
        token.content = match.group()[: found[0].end]
    state.pos += found[0].end
    return True


def _text(state: StateInline, silent: bool) -> bool:
    """Take plain text, as Markdown's own rule does, but stop before addresses and spoilers."""
    match = _TEXT.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        state.pending += match.group()
    state.pos = match.end()
    return True


def _spoiler(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("||", state.pos):
        return False
    match = _SPOILER.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    if not silent:
        token = state.push("spoiler_open", "span", 1)
        token.attrSet("data-mx-spoiler", (match[1] or "").strip())
        end, state.posMax = state.posMax, match.end() - 2
        state.pos = match.start(2)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "span", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _render_bare_url(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    shown = escape(tokens[index].content)
    return f'<a href="{shown}">{shown}</a>'


def _render_spoiler(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    reason = str(tokens[index].attrs.get("data-mx-spoiler", ""))
    return f'<span data-mx-spoiler="{escape(reason)}">' if reason else "<span data-mx-spoiler>"


def _render_image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Custom emoji; anything else cannot be shown by others and stays a link."""
    token = tokens[index]
    source, label = str(token.attrs.get("src", "")), token.content
    if source.startswith("mxc://"):
        name = escape(label)
        return f'<img data-mx-emoticon src="{escape(source)}" alt="{name}" title="{name}" height="32">'
    return f'<a href="{escape(source)}">{escape(label or source)}</a>'


@cache
def _markdown() -> MarkdownIt:
    # Imported with the first message that is written: the window comes first.
    from markdown_it import MarkdownIt

    options: dict[str, Any] = {"html": False, "breaks": True, "xhtmlOut": False, "maxNesting": 40}
    markdown = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    markdown.disable(["code", "reference", "lheading", "entity"])
    markdown.inline.ruler.before("text", "bare_url", _bare_url)
    markdown.inline.ruler.before("text", "spoiler", _spoiler)
    markdown.inline.ruler.at("text", _text)
    markdown.add_render_rule("bare_url", _render_bare_url)
    markdown.add_render_rule("spoiler_open", _render_spoiler)
    markdown.add_render_rule("image", _render_image)
    return markdown
