"""A program of its own: says what a page is about, by what the page says of itself.

Reads one line of JSON and then the page from standard input, writes JSON. It runs apart from the server, with
limits on memory and processor time, because the page was written by whoever likes to: nothing it can do to a
parser touches more than this process. The parser hands over one tag after another and builds no tree, so
nesting costs nothing.
"""

import codecs
import json
import re
import resource
import sys
from collections.abc import Mapping
from typing import Final, TypedDict

from charset_normalizer import from_bytes
from lxml import etree

MAX_PROPERTIES: Final = 100
MAX_NAME_CHARS: Final = 100
MAX_VALUE_CHARS: Final = 2_000
MAX_TEXT_CHARS: Final = 2_000
CHUNK_BYTES: Final = 16 * 1024
GUESS_BYTES: Final = 32 * 1024
HEAD_BYTES: Final = 4 * 1024

# Their text is not what the page is about.
SKIPPED: Final = frozenset(
    {
        *("script", "style", "noscript", "template", "svg", "math", "canvas", "iframe", "object", "select"),
        *("header", "nav", "footer", "aside", "form", "button", "textarea", "figure", "dialog", "menu"),
    }
)
BREAKS: Final = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article"}
)

# Browsers read these as the larger set beside them: https://encoding.spec.whatwg.org/#names-and-labels
LARGER: Final = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
DECLARED: Final = re.compile(
    rb"""(?:charset|<\?xml[^>]{0,100}encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE
)


class Request(TypedDict):
    """What comes with a page: the character set that its server names, and limits."""

    charset: str | None
    memory_bytes: int
    cpu_s: int


class Extract(TypedDict):
    """What a page says of itself. `properties` are Open Graph's and Twitter's by their lower-case names."""

    properties: dict[str, str]
    title: str
    heading: str
    description: str
    text: str
    image: str
    oembed: str


def main() -> None:
    """Answer the request on standard input."""
    request: Request = json.loads(sys.stdin.buffer.readline())
    _limit_resources(request)
    json.dump(extract(sys.stdin.buffer.read(), request["charset"]), sys.stdout)


def extract(page: bytes, charset: str | None) -> Extract:
    """Return what a page says of itself; of what is broken as much as can be read."""
    text = page.decode(encoding_of(page, charset), errors="replace").replace("\x00", "")
    collector = _Collector()
    # The stubs would have a target take bytes as well, which it is never given.
    parser = etree.HTMLParser(target=collector, encoding="utf-8", no_network=True)  # type: ignore[arg-type]
    raw = text.encode("utf-8", "replace")
    try:
        for start in range(0, len(raw), CHUNK_BYTES):
            parser.feed(raw[start : start + CHUNK_BYTES])
            if collector.has_enough:
                break
        parser.close()
    except etree.LxmlError:  # what was read until then is used
        pass
    return collector.extract()


def encoding_of(page: bytes, charset: str | None) -> str:
    """Return the encoding to read a page with: what is declared, else what it reads well in."""
    for mark, name in BYTE_ORDER_MARKS:
        if page.startswith(mark):
            return name
    declared = DECLARED.search(page[:HEAD_BYTES])
    for label in (charset, declared[1].decode() if declared else None):
        encoding = _known(label)
        if encoding is not None:
            return encoding
    try:
        page[:GUESS_BYTES].decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < min(len(page), GUESS_BYTES) - 3:  # and not in the middle of a character
            guess = from_bytes(page[:GUESS_BYTES]).best()
            return guess.encoding if guess is not None else "cp1252"
    return "utf-8"


def _known(label: str | None) -> str | None:
    """Return the name of an encoding of text; None where there is none of this label."""
    if not label:
        return None
    try:
        found = codecs.lookup(label.strip("\"' "))
    except (LookupError, ValueError):
        return None
    # Codecs that turn bytes into bytes, or text into text, are none of a page.
    is_text = getattr(found, "_is_text_encoding", True) and found.name not in (
        "idna",
        "punycode",
        "undefined",
    )
    return LARGER.get(found.name, found.name) if is_text else None


def _limit_resources(request: Request) -> None:
    for kind, limit in (
        (resource.RLIMIT_AS, request["memory_bytes"]),
        (resource.RLIMIT_CPU, request["cpu_s"]),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, allowed))


class _Collector:
    """Takes the tags of a page as they come."""

    def __init__(self) -> None:
        self._properties: dict[str, str] = {}
        self._parts: dict[str, list[str]] = {"title": [], "h1": [], "body": []}
        self._sizes = dict.fromkeys(self._parts, 0)
        self._description = self._image = self._oembed = ""
        self._inside: str | None = None
        self._skipping: list[str] = []
        self._in_body = False

    @property
    def has_enough(self) -> bool:
        """Whether nothing is to be expected from the rest: the head is over, and the text is full."""
        return self._in_body and self._sizes["body"] >= MAX_TEXT_CHARS

    def extract(self) -> Extract:
        return {
            "properties": self._properties,
            "title": self._text("title"),
            "heading": self._text("h1"),
            "description": self._description,
            "text": self._text("body"),
            "image": self._image,
            "oembed": self._oembed,
        }

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping:
            if tag == self._skipping[-1] and len(self._skipping) < MAX_PROPERTIES:
                self._skipping.append(tag)
        elif tag in SKIPPED:
            self._skipping.append(tag)
        elif tag == "meta":
            self._add_meta(attributes)
        elif tag == "link":
            self._add_link(attributes)
        elif tag in ("title", "h1") and not self._parts[tag]:
            self._inside = tag
        elif tag == "body":
            self._in_body = True
        if tag in BREAKS:
            self._add("body", " ")

    def end(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag == self._inside:
            self._inside = None
        elif tag == "head":
            self._in_body = True
        if tag in BREAKS:
            self._add("body", " ")

    def data(self, text: str) -> None:
        if self._skipping:
            return
        if self._inside is not None:
            self._add(self._inside, text)
        if self._in_body and self._inside != "title":
            self._add("body", text)

    def comment(self, text: str) -> None:
        """Leave comments out."""

    def close(self) -> None:
        """Be done; the parser asks for it."""

    def _add_meta(self, attributes: Mapping[str, str]) -> None:
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        value = _clean(attributes.get("content") or "", MAX_VALUE_CHARS)
        if name == "description" and not self._description:
            self._description = value
        is_wanted = name.startswith(("og:", "twitter:")) and len(name) <= MAX_NAME_CHARS
        if is_wanted and value and len(self._properties) < MAX_PROPERTIES:
            self._properties.setdefault(name, value)

    def _add_link(self, attributes: Mapping[str, str]) -> None:
        relations = (attributes.get("rel") or "").lower().split()
        target = (attributes.get("href") or "").strip()[:MAX_VALUE_CHARS]
        if "image_src" in relations and not self._image:
            self._image = target
        kind = (attributes.get("type") or "").lower()
        if "alternate" in relations and kind == "application/json+oembed" and not self._oembed:
            self._oembed = target

    def _add(self, part: str, text: str) -> None:
        left = MAX_TEXT_CHARS * 2 - self._sizes[part]
        if left > 0 and text:
            self._parts[part].append(text[:left])
            self._sizes[part] += len(text.strip())

    def _text(self, part: str) -> str:
        return _clean("".join(self._parts[part]), MAX_TEXT_CHARS)


def _clean(text: str, max_chars: int) -> str:
    """Return a text in one line, without what is not to be seen."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:max_chars]


if __name__ == "__main__":
    main()
