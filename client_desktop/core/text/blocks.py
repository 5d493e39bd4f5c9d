"""What a message is drawn as: blocks below each other, in the HTML that a rich-text widget understands.

Colours are written as `\\ue000name\\ue001`, spoilers as `\\ue002number\\ue003hidden\\ue004shown\\ue005`.
Views put in what their theme says and what has been revealed, so that blocks are made once for every theme.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

COLOR_OPEN, COLOR_CLOSE = "\ue000", "\ue001"
SPOILER_OPEN, SPOILER_HIDDEN, SPOILER_SHOWN, SPOILER_CLOSE = "\ue002", "\ue003", "\ue004", "\ue005"
MARKS = COLOR_OPEN + COLOR_CLOSE + SPOILER_OPEN + SPOILER_HIDDEN + SPOILER_SHOWN + SPOILER_CLOSE


class BlockKind(StrEnum):
    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    QUOTE = "quote"
    RULE = "rule"
    TABLE = "table"
    DETAILS = "details"
    """Hidden under its summary (`html`) until it is opened."""


@dataclass(frozen=True, slots=True)
class Block:
    kind: BlockKind
    text: str = ""
    """Without markup: what copying gives."""
    html: str = ""
    """Empty where `text` is all there is."""
    level: int = 0
    """Of a heading, 1 to 6."""
    indent: int = 0
    """How many lists it is in."""
    marker: str = ""
    """What stands before a list's item."""
    language: str = ""
    blocks: tuple[Block, ...] = ()
    """Inside a quotation or details."""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table: HTML of each cell."""
    header_rows: int = 0

    @property
    def escaped(self) -> str:
        """The text as HTML."""
        return escape_text(self.text)


def _nobody(user_id: str) -> str:
    return ""


def _no_picture(url: str, height: int) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a message means depends on who reads it where."""

    me: str = ""
    """The reader: mentions of them stand out."""
    mentions_room: bool = False
    """Whether `@room` in it notifies everybody."""
    name_of: Callable[[str], str] = _nobody
    """Name of a person in this room, empty where unknown: what a link claims is not believed."""
    picture: Callable[[str, int], str] = _no_picture
    """Local URL of an mxc picture at a height, empty while there is none."""


def color(name: str) -> str:
    """Return the mark of a colour: a name of the theme, `p3`/`s3` of a person (ink, ground), `#rrggbb`."""
    return f"{COLOR_OPEN}{name}{COLOR_CLOSE}"


def collapse(text: str) -> str:
    """Return text with runs of white space as one space, as HTML means them."""
    return re.sub(r"[ \t\r\n\f]+", " ", text)


def escape_text(text: str) -> str:
    """Return text as HTML, without the characters that have a meaning here, line breaks kept."""
    bare = text.translate(_WITHOUT_MARKS)
    return bare.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


_WITHOUT_MARKS = dict.fromkeys(map(ord, MARKS + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Overrides of direction, too: a text ends where it ends."""
