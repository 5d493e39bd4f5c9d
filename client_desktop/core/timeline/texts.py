"""What is done with text that others wrote, before it is part of an item."""

from __future__ import annotations

from functools import lru_cache

from client_desktop.core.text.bidi import safe_name
from client_desktop.core.text.emoji import only_emoji
from client_desktop.core.text.links import find_links, may_open, parse_matrix_link
from client_desktop.core.text.plain import one_line, plain_text, without_reply
from client_desktop.core.text.sanitise import sanitise
from client_desktop.core.text.tree import Element, parse

MAX_LINKS = 3
MAX_SEARCHED = 5000
"""Links further into a message than this are not previewed."""

__all__ = ["links_of", "name_of", "one_line", "only_emoji", "plain_line", "safe_html", "without_reply"]


@lru_cache(maxsize=2048)
def safe_html(formatted_body: str) -> str:
    """Give safe HTML; remembered, for the same message is shown again whenever something about it changes."""
    return sanitise(formatted_body)


def name_of(text: str) -> str:
    """Give a name that somebody chose, on one line, without what turns the direction of writing."""
    return safe_name(text)


def plain_line(body: str, html: str) -> str:
    """Give a message as one line, without marks of Markdown. What is under a spoiler stays hidden."""
    return one_line(plain_text(html) if html else body)


def links_of(body: str, html: str) -> tuple[str, ...]:
    """Give web addresses that may be previewed, at most three, in order; none that lead into Matrix."""
    if html:
        found = _targets(parse(html)) if "href" in html else []
    else:
        found = [link.target for link in find_links(body[:MAX_SEARCHED])]
    web = [each for each in found if _is_web(each)]
    return tuple(dict.fromkeys(web))[:MAX_LINKS]


def _targets(element: Element) -> list[str]:
    """Give where links lead, in order; quotations, code and spoilers are not the writer's to preview."""
    if element.tag in ("blockquote", "code", "pre") or "data-mx-spoiler" in element.attributes:
        return []
    own = [element.attributes["href"]] if element.tag == "a" and "href" in element.attributes else []
    inner = [target for child in element.children if not isinstance(child, str) for target in _targets(child)]
    return own + inner


def _is_web(address: str) -> bool:
    return (
        address.lower().startswith(("https://", "http://"))
        and may_open(address)
        and parse_matrix_link(address) is None
    )
