"""Emoji: by group, by shortcode, by words in the user's language; and whether a text is nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from client_shared.sources import ROOT

MAX_BIG = 12
"""So many emoji alone are shown large."""

_MODIFIER = "[\U0001f3fb-\U0001f3ff]"
_TAGS = "[\U000e0020-\U000e007f]"
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_SHORTCODE = re.compile(r"(?<![\w:])(?<!!\[):([a-z0-9_+\-]{2,40}):(?![\w:])")
_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Emoji:
    text: str
    group: str
    name: str
    """In the language asked for."""
    shortcodes: tuple[str, ...]
    tones: tuple[str, ...]
    """The same in five skin tones, light to dark; empty where it has none."""


@dataclass(frozen=True, slots=True)
class EmojiGroup:
    key: str
    name: str
    emoji: tuple[Emoji, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    emoji: Emoji
    codes: tuple[str, ...]
    """What it can be found by, lower case: shortcodes, then the words of its name, then further words."""
    words: tuple[str, ...]
    order: int


def emoji_groups(language: str) -> tuple[EmojiGroup, ...]:
    """Return all emoji as a picker shows them."""
    entries = _entries(language)
    return tuple(
        EmojiGroup(group["key"], group[_known(language)], _of_group(entries, group["key"]))
        for group in _document()["groups"]
    )


def find_emoji(words: str, language: str, limit: int = 20) -> tuple[Emoji, ...]:
    """Return emoji that fit: shortcodes that begin so first, then names, then further words."""
    wanted = words.casefold().strip().strip(":").replace("-", "_")
    if not wanted:
        return ()
    ranked = [
        (rank, len(entry.codes[0]) if entry.codes else 99, entry.order, entry.emoji)
        for entry in _entries(language)
        if (rank := _rank(entry, wanted)) is not None
    ]
    return tuple(found[3] for found in sorted(ranked, key=lambda found: found[:3])[:limit])


def by_shortcode(code: str) -> str | None:
    """Return the emoji of `:code:` (with or without colons); None where there is none."""
    return _shortcodes().get(code.strip(":").casefold())


def replace_shortcodes(text: str) -> str:
    """Return text with every `:shortcode:` that exists as its emoji, but in code and in names of pictures."""
    parts = _CODE.split(text)  # every other one is code
    parts[::2] = [
        _SHORTCODE.sub(lambda found: by_shortcode(found[1]) or found[0], part) for part in parts[::2]
    ]
    return "".join(parts)


def only_emoji(text: str) -> bool:
    """Whether a text is one to twelve emoji and nothing else but spaces."""
    bare = "".join(text.split()) if len(text) <= 400 else ""
    # Most messages have letters: they need no table.
    if not bare or len(bare) > MAX_BIG * 12 or any(map(_is_letter, bare[:4])):
        return False
    count = at = 0
    while at < len(bare):
        match = _pattern().match(bare, at)
        if match is None:
            return False
        at = match.end()
        count += 1
    return count <= MAX_BIG


def _is_letter(character: str) -> bool:
    return character.isalpha() and not "\u2100" <= character <= "\u2bff"


@cache
def _document() -> dict[str, list[dict[str, str]]]:
    document: dict[str, list[dict[str, str]]] = json.loads((ROOT / "emoji.json").read_text("utf-8"))
    return document


@cache
def _entries(language: str) -> tuple[_Entry, ...]:
    document = _document()
    keys = {group["number"]: group["key"] for group in document["groups"]}
    german = _known(language) == "de"
    entries = []
    for order, row in enumerate(document["emoji"]):
        text, group, english_name, german_name, codes, tags, german_tags, tones = row
        name = german_name if german else english_name
        words = (*name.casefold().split(), *(german_tags if german else ()), *tags)
        emoji = Emoji(text, keys[group], name, tuple(codes), tuple(tones))
        entries.append(_Entry(emoji, tuple(codes), tuple(words), order))
    return tuple(entries)


def _rank(entry: _Entry, wanted: str) -> int | None:
    if wanted in entry.codes:
        return 0
    if any(code.startswith(wanted) for code in entry.codes):
        return 1
    if any(word.startswith(wanted) for word in entry.words):
        return 2
    if any(wanted in code for code in entry.codes):
        return 3
    return None


def _of_group(entries: Iterable[_Entry], key: str) -> tuple[Emoji, ...]:
    return tuple(entry.emoji for entry in entries if entry.emoji.group == key)


def _known(language: str) -> str:
    return "de" if language == "de" else "en"


@cache
def _shortcodes() -> dict[str, str]:
    codes: dict[str, str] = {}
    for entry in _entries("en"):
        for code in entry.codes:
            codes.setdefault(code, entry.emoji.text)
    return codes


@cache
def _pattern() -> re.Pattern[str]:
    """One emoji, as Unicode puts them together: a base, a tone, joined ones, flags, keycaps."""
    bases = {entry.emoji.text[0] for entry in _entries("en")} - set("0123456789#*")
    # ©, ® and ™ are text unless the writer says otherwise.
    signs = "".join(sorted(base for base in bases if base < "\u2190"))
    others = "".join(sorted(base for base in bases if base >= "\u2190"))
    base = f"(?:[{re.escape(others)}]|[{re.escape(signs)}](?=\ufe0f))"
    one = f"{base}\ufe0f?{_MODIFIER}?{_TAGS}*"
    flag = "[\U0001f1e6-\U0001f1ff]{2}"
    joined = f"[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?{_MODIFIER}?"
    return re.compile(f"(?:{flag}|{_KEYCAP.pattern}|{one}(?:\u200d{joined})*)")
