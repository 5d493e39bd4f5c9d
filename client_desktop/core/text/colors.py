"""The colours of people, from the tokens that both clients share; and how well colours are told apart."""

from __future__ import annotations

from functools import cache

from client_shared.sources import read_tokens

OFFSET_BASIS = 0x811C9DC5
PRIME = 0x01000193


def person_index(identifier: str) -> int:
    """Return which of the people's colours an id has: FNV-1a over its UTF-16 units, as every client does."""
    units = identifier.encode("utf-16-le", "surrogatepass")
    value = OFFSET_BASIS
    for at in range(0, len(units), 2):
        value = ((value ^ int.from_bytes(units[at : at + 2], "little")) * PRIME) & 0xFFFFFFFF
    return value % len(_people(False))


def person_color(identifier: str, dark: bool) -> str:
    """Return the colour of a person or room."""
    return _people(dark)[person_index(identifier)]


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


@cache
def _people(dark: bool) -> tuple[str, ...]:
    return tuple(read_tokens()["peopleDark" if dark else "people"])


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    parts = [channel / 255 for channel in _channels(color)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
