"""Blurhash: a picture's colors in thirty characters, shown until the picture itself is there."""

from __future__ import annotations

import math
from functools import lru_cache
from urllib.parse import unquote

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickImageProvider

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
VALUES = {digit: value for value, digit in enumerate(DIGITS)}
WIDTH = HEIGHT = 16

Color = tuple[float, float, float]


class NotBlurhash(ValueError):
    """Not what the algorithm makes."""


class BlurhashProvider(QQuickImageProvider):
    """`image://blurhash/<percent-encoded hash>`: 16 by 16 points, to be stretched."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, identifier: str, size: QSize, requested: QSize) -> QImage:  # noqa: N802
        try:
            pixels = decode(unquote(identifier))
        except NotBlurhash:
            return QImage()
        return QImage(pixels, WIDTH, HEIGHT, WIDTH * 3, QImage.Format.Format_RGB888).copy()


@lru_cache(maxsize=256)
def decode(blurhash: str) -> bytes:
    """Return 16 by 16 points of red, green and blue, a byte each.

    Raises: NotBlurhash.
    """
    colors, across, down = _components(blurhash)
    rows = [[math.cos(math.pi * y * j / HEIGHT) for j in range(down)] for y in range(HEIGHT)]
    columns = [[math.cos(math.pi * x * i / WIDTH) for i in range(across)] for x in range(WIDTH)]
    pixels = bytearray()
    for row in rows:
        for column in columns:
            weights = [vertical * horizontal for vertical in row for horizontal in column]
            for channel in range(3):
                light = sum(color[channel] * weight for color, weight in zip(colors, weights, strict=True))
                pixels.append(_to_byte(light))
    return bytes(pixels)


def _components(blurhash: str) -> tuple[list[Color], int, int]:
    if not 6 <= len(blurhash) <= 2 + 4 + 2 * 80:
        raise NotBlurhash("length")
    size = _number(blurhash[0])
    across, down = size % 9 + 1, size // 9 + 1
    if len(blurhash) != 4 + 2 * across * down:
        raise NotBlurhash("number of components")
    greatest = (_number(blurhash[1]) + 1) / 166
    average = _number(blurhash[2:6])
    colors = [(_to_light(average >> 16 & 255), _to_light(average >> 8 & 255), _to_light(average & 255))]
    for start in range(6, len(blurhash), 2):
        value = _number(blurhash[start : start + 2])
        colors.append(
            (
                _signed_square(value // 361, greatest),
                _signed_square(value // 19 % 19, greatest),
                _signed_square(value % 19, greatest),
            )
        )
    return colors, across, down


def _number(digits: str) -> int:
    value = 0
    for digit in digits:
        if digit not in VALUES:
            raise NotBlurhash("digit")
        value = value * 83 + VALUES[digit]
    return value


def _signed_square(step: int, greatest: float) -> float:
    value = (step - 9) / 9
    return math.copysign(value * value, value) * greatest


def _to_light(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def _to_byte(light: float) -> int:
    light = max(0.0, min(1.0, light))
    share = light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return int(share * 255 + 0.5)
