"""HTML of others made safe: the tags and attributes that the specification names, and nothing else.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

import re

import nh3

MAX_LENGTH = 65_536
"""Events are no larger."""
MAX_TAGS = 2_000
MAX_DEPTH = 100

# fmt: off
TAGS = {
    "del", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "a", "ul", "ol", "sup", "sub", "li", "b",
    "i", "u", "strong", "em", "s", "strike", "code", "hr", "br", "div", "table", "thead", "tbody", "tr", "th",
    "td", "caption", "pre", "span", "font", "img", "details", "summary",
}
REMOVED_WITH_CONTENT = {
    "mx-reply", "script", "style", "title", "template", "noscript", "iframe", "object", "embed", "svg",
    "math", "select", "textarea",
}
# fmt: on
ATTRIBUTES = {
    "span": {"data-mx-bg-color", "data-mx-color", "data-mx-spoiler", "data-mx-maths"},
    "font": {"data-mx-bg-color", "data-mx-color", "color"},
    "a": {"href"},
    "img": {"width", "height", "alt", "title", "src", "data-mx-emoticon"},
    "ol": {"start"},
    "code": {"class"},
    "div": {"data-mx-maths"},
}
LINK_SCHEMES = {"https", "http", "ftp", "mailto", "magnet", "matrix", "mxc"}
VOID_TAGS = frozenset({"br", "hr", "img", "wbr", "input", "meta", "link", "area", "base", "col", "embed"})

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(?:[^>\"']|\"[^\"]*\"|'[^']*')*>?")
_CONTENT_URI = re.compile(r"mxc://[A-Za-z0-9.:\-\[\]]{1,255}/[A-Za-z0-9_\-]{1,255}")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"language-[A-Za-z0-9_+#.\-]{1,32}")
_NUMBER = re.compile(r"-?\d{1,5}")
_REPLY = re.compile(r"\s*<mx-reply\b.*?</mx-reply\s*>", re.IGNORECASE | re.DOTALL)
_UNSAFE_IN_LINKS = re.compile("[\x00-\x20\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def sanitise(html: str) -> str:
    """Return safe HTML; empty where it is too much of it, or where nothing is left.

    Tags beyond 100 levels lose their markup and keep their text. Takes time in proportion to the length.
    """
    if len(html) > MAX_LENGTH or html.count("<") > 2 * MAX_TAGS:
        return ""
    flat = _limit_depth(_REPLY.sub("", html, count=1))
    if flat is None:
        return ""
    return nh3.clean(
        flat,
        tags=TAGS,
        clean_content_tags=REMOVED_WITH_CONTENT,
        attributes=ATTRIBUTES,
        attribute_filter=_checked,
        url_schemes=LINK_SCHEMES,
        link_rel=None,
    ).strip()


def _limit_depth(html: str) -> str | None:
    """Leave out opening tags below `MAX_DEPTH`; None where there are too many tags altogether.

    The parser takes quadratic time for deep trees, so this comes before it. Closing tags that fit no open
    one may make a tree deeper than is counted here; the number of tags bounds that.
    """
    open_tags: list[str] = []
    tags = 0

    def look(match: re.Match[str]) -> str:
        nonlocal tags
        closing, name = match.group(1), match.group(2).lower()
        if closing:
            if name in open_tags:
                while open_tags.pop() != name:
                    pass
            return match.group()
        if name in VOID_TAGS:
            return match.group()
        tags += 1
        if len(open_tags) >= MAX_DEPTH - 1:
            return ""
        open_tags.append(name)
        return match.group()

    flat = _TAG.sub(look, html)
    return flat if tags <= MAX_TAGS else None


def _checked(tag: str, attribute: str, value: str) -> str | None:
    match attribute:
        case "href":
            return _checked_link(value)
        case "src":
            return value if _CONTENT_URI.fullmatch(value) else None
        case "data-mx-color" | "data-mx-bg-color" | "color":
            return value if _COLOR.fullmatch(value) else None
        case "class":
            return next((word for word in value.split() if _LANGUAGE.fullmatch(word)), None)
        case "start" | "width" | "height":
            return value if _NUMBER.fullmatch(value) else None
    return value[:1_000]


def _checked_link(value: str) -> str | None:
    """A link is absolute and free of characters that make it read as another one."""
    address = _UNSAFE_IN_LINKS.sub("", value)
    scheme, colon, rest = address.partition(":")
    if not colon or not rest or scheme.lower() not in LINK_SCHEMES - {"mxc"}:
        return None
    return address[:2_048]
