"""A picture as about 30 characters, to show something at once.

Spec: https://github.com/woltapp/blurhash/blob/master/Algorithm.md
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, TypeAlias

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
MAX_COMPONENTS: Final = 9
MAX_LENGTH: Final = 4 + 2 * MAX_COMPONENTS * MAX_COMPONENTS
MAX_SIDE: Final = 128
"""Larger pictures of a blur are scaled by whoever draws them."""

_DIGITS: Final = {character: value for value, character in enumerate(ALPHABET)}

Color: TypeAlias = tuple[float, float, float]
"""Red, green, blue in linear light."""


def encode(pixels: bytes, width: int, height: int, x_components: int = 4, y_components: int = 3) -> str:
    """Return the hash of a picture: `pixels` are rows of RGB, three bytes each. Scale it down first.

    Raises: ValueError for bounds that do not fit.
    """
    if len(pixels) != 3 * width * height or not 0 < width <= MAX_SIDE or not 0 < height <= MAX_SIDE:
        raise ValueError("not the pixels of such a picture")
    if not (1 <= x_components <= MAX_COMPONENTS and 1 <= y_components <= MAX_COMPONENTS):
        raise ValueError("1 to 9 components")
    factors = [_factor(pixels, width, height, x, y) for y in range(y_components) for x in range(x_components)]
    head = _base83((x_components - 1) + (y_components - 1) * 9, 1)
    strongest = max((abs(part) for factor in factors[1:] for part in factor), default=0.0)
    scale = max(0, min(82, math.floor(strongest * 166 - 0.5))) if len(factors) > 1 else 0
    maximum = (scale + 1) / 166
    details = "".join(_base83(_quantized(factor, maximum), 2) for factor in factors[1:])
    return head + _base83(scale, 1) + _base83(_average(factors[0]), 4) + details


def decode(blurhash: str, width: int, height: int) -> bytes:
    """Return the pixels of a blur, as rows of RGB.

    Raises: ValueError where it is none. Bounds are small: at most `MAX_SIDE` on each side.
    """
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError("too large for a blur")
    x_components, y_components, colors = _read(blurhash)
    across, down = _waves(width, x_components), _waves(height, y_components)
    pixels = bytearray()
    for row in down:
        # What the row's waves make of each column's color, once per row instead of once per pixel.
        columns = [
            [
                sum(row[y] * colors[y * x_components + x][channel] for y in range(y_components))
                for x in range(x_components)
            ]
            for channel in range(3)
        ]
        for column in across:
            for channel in range(3):
                light = sum(wave * part for wave, part in zip(column, columns[channel], strict=True))
                pixels.append(_to_srgb(light))
    return bytes(pixels)


def is_blurhash(text: str) -> bool:
    """Whether `decode` would take it."""
    try:
        _read(text)
    except ValueError:
        return False
    return True


def _read(blurhash: str) -> tuple[int, int, Sequence[Color]]:
    if not 6 <= len(blurhash) <= MAX_LENGTH:
        raise ValueError("no blurhash")
    size = _number(blurhash[0])
    x_components, y_components = size % 9 + 1, size // 9 + 1
    if len(blurhash) != 4 + 2 * x_components * y_components:
        raise ValueError("no blurhash")
    maximum = (_number(blurhash[1]) + 1) / 166
    average = _number(blurhash[2:6])
    if average > 0xFFFFFF:
        raise ValueError("no blurhash")
    colors: list[Color] = [(_linear(average >> 16), _linear(average >> 8 & 255), _linear(average & 255))]
    for start in range(6, len(blurhash), 2):
        value = _number(blurhash[start : start + 2])
        colors.append(
            (_part(value // 361, maximum), _part(value // 19 % 19, maximum), _part(value % 19, maximum))
        )
    return x_components, y_components, colors


def _factor(pixels: bytes, width: int, height: int, x: int, y: int) -> Color:
    """Return how much of one wave is in the picture."""
    across = [math.cos(math.pi * x * column / width) for column in range(width)]
    red = green = blue = 0.0
    for row in range(height):
        down = math.cos(math.pi * y * row / height)
        start = 3 * width * row
        for column in range(width):
            weight, place = down * across[column], start + 3 * column
            red += weight * _LINEAR[pixels[place]]
            green += weight * _LINEAR[pixels[place + 1]]
            blue += weight * _LINEAR[pixels[place + 2]]
    norm = (1 if x == y == 0 else 2) / (width * height)
    return red * norm, green * norm, blue * norm


def _average(color: Color) -> int:
    red, green, blue = (_to_srgb(part) for part in color)
    return red << 16 | green << 8 | blue


def _quantized(color: Color, maximum: float) -> int:
    red, green, blue = (
        max(0, min(18, math.floor(math.copysign(math.sqrt(abs(part / maximum)), part) * 9 + 9.5)))
        for part in color
    )
    return red * 361 + green * 19 + blue


def _part(value: int, maximum: float) -> float:
    if value > 18:
        raise ValueError("no blurhash")
    signed = (value - 9) / 9
    return math.copysign(signed * signed, signed) * maximum


def _waves(length: int, components: int) -> list[list[float]]:
    return [
        [math.cos(math.pi * place * component / length) for component in range(components)]
        for place in range(length)
    ]


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


_LINEAR: Final = tuple(_linear(value) for value in range(256))


def _to_srgb(light: float) -> int:
    return _srgb_of(round(max(0.0, min(1.0, light)) * 4096))


@lru_cache(maxsize=4097)
def _srgb_of(steps: int) -> int:
    light = steps / 4096
    value = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return int(value * 255 + 0.5)


def _base83(value: int, length: int) -> str:
    return "".join(ALPHABET[value // 83 ** (length - place) % 83] for place in range(1, length + 1))


def _number(text: str) -> int:
    value = 0
    for character in text:
        if character not in _DIGITS:
            raise ValueError("no blurhash")
        value = value * 83 + _DIGITS[character]
    return value
