"""Names on one line that cannot dress up as something else.

Strangers choose display names, room names and file names. Characters that turn the direction of writing,
that are invisible, or that pile up on others are taken out; letters of every script stay.
"""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 255
MAX_MARKS = 4
"""Combining marks in a row: more than any language writes."""

DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_DIRECTION = re.compile(f"[{DIRECTION}]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufff8\U0001d173-\U0001d17a\U000e0000-\U000e001f]"
)
_BREAKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\u0085\u2028\u2029]+")
_MARKS = re.compile(f"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{{{MAX_MARKS}}})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")  # fmt: skip  # noqa: E501
_FORBIDDEN_IN_FILES = re.compile(r'[<>:"/\\|?*]')
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)


def without_direction(text: str) -> str:
    """Return text without the characters that turn the direction of writing."""
    return _DIRECTION.sub("", text)


def safe_name(name: str, fallback: str = "") -> str:
    """Return a name on one line of at most 255 characters; `fallback` where nothing visible is left."""
    clean = _clean(name)[:MAX_NAME]
    return clean if _visible(clean) else fallback


def safe_file_name(name: str, fallback: str = "file") -> str:
    """Return a name that a file may have on every system: no path, no device, no hidden file."""
    cut = _FORBIDDEN_IN_FILES.sub("_", _clean(name)).strip(". ")
    if not _visible(cut):
        return fallback
    if cut.split(".", 1)[0].casefold() in _DEVICES:
        cut = f"_{cut}"
    return _shorten_stem(cut, 200)


def isolate(name: str) -> str:
    """Return a name between isolates, so that its direction ends where it ends."""
    return f"\u2068{without_direction(name)}\u2069"


def _clean(name: str) -> str:
    cut = _INVISIBLE.sub("", without_direction(name[: MAX_NAME * 8]))
    return _MARKS.sub(r"\1", _BREAKS.sub(" ", _without_surrogates(cut))).strip()


def _without_surrogates(text: str) -> str:
    return text.encode("utf-8", "ignore").decode("utf-8")


def _visible(text: str) -> bool:
    return any(unicodedata.category(character)[0] not in "CZM" for character in text)


def _shorten_stem(name: str, most_bytes: int) -> str:
    """Cut the stem, never the extension: what a file is must stay readable."""
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        stem, extension = name, ""
    room = most_bytes - len(f"{dot}{extension}".encode()) if extension else most_bytes
    short = stem.encode()[:room].decode("utf-8", "ignore")
    return f"{short}.{extension}" if extension else short
