"""The colours of people and of text, from the tokens that both clients share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from client_shared.sources import read_tokens

OFFSET_BASIS = 0x811C9DC5
PRIME = 0x01000193


@dataclass(frozen=True, slots=True)
class Palette:
    """What coloured text needs of a theme; colours as `#rrggbb`."""

    text: str
    muted: str
    link: str
    surface: str
    code_background: str
    mention: str
    mention_soft: str
    accent: str
    accent_soft: str
    keyword: str
    name: str
    string: str
    number: str
    comment: str
    people: tuple[str, ...]
    people_soft: tuple[str, ...]
    """The same over the surface, as the ground of a name."""


@cache
def palette(dark: bool) -> Palette:
    """Return the palette of the light or the dark theme."""
    tokens = read_tokens()
    theme = tokens["dark" if dark else "light"]
    people = tuple(tokens["peopleDark" if dark else "people"])
    tint = float(tokens["layout"]["avatarTint"]) * 0.75
    return Palette(
        text=theme["text"],
        muted=theme["textMuted"],
        link=theme["link"],
        surface=theme["surface"],
        code_background=theme["codeBg"],
        mention=theme["mention"],
        mention_soft=theme["mentionSoft"],
        accent=theme["accent"],
        accent_soft=theme["accentSoft"],
        keyword=theme["codeKeyword"],
        name=theme["codeName"],
        string=theme["codeString"],
        number=theme["codeNumber"],
        comment=theme["codeComment"],
        people=people,
        people_soft=tuple(mix(color, tint, theme["surface"]) for color in people),
    )


def person_index(identifier: str) -> int:
    """Return which of the people's colours an id has: FNV-1a over its UTF-16 units, as every client does."""
    units = identifier.encode("utf-16-le", "surrogatepass")
    value = OFFSET_BASIS
    for at in range(0, len(units), 2):
        value = ((value ^ int.from_bytes(units[at : at + 2], "little")) * PRIME) & 0xFFFFFFFF
    return value % len(palette(False).people)


def person_color(identifier: str, dark: bool) -> str:
    """Return the colour of a person or room."""
    return palette(dark).people[person_index(identifier)]


def mix(top: str, share: float, below: str) -> str:
    """Return `share` of one colour over another."""
    pairs = zip(_channels(top), _channels(below), strict=True)
    return "#" + "".join(f"{round(over * share + under * (1 - share)):02X}" for over, under in pairs)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Reference: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    parts = [channel / 255 for channel in _channels(color)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
