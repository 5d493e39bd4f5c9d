"""How loud a recording is over its time, as voice messages show it.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/3246
"""

from __future__ import annotations

import array
import sys
from collections.abc import Sequence
from typing import Final

MAX_LEVEL: Final = 1024
POINTS: Final = 100
MAX_SAMPLE: Final = 32_768


def waveform_of_samples(samples: bytes, points: int = POINTS) -> tuple[int, ...]:
    """Return at most `points` levels of 0 to 1024 of 16-bit little-endian mono samples."""
    values = array.array("h")
    values.frombytes(samples[: len(samples) // 2 * 2])
    if sys.byteorder == "big":
        values.byteswap()
    return waveform_of_levels([abs(value) / MAX_SAMPLE for value in values], points)


def waveform_of_levels(levels: Sequence[float], points: int = POINTS) -> tuple[int, ...]:
    """Return at most `points` levels of 0 to 1024 of any number of levels of 0 to 1: each part's loudest."""
    count = min(points, len(levels))
    loudest = [
        max(levels[len(levels) * place // count : len(levels) * (place + 1) // count])
        for place in range(count)
    ]
    return tuple(round(max(0.0, min(1.0, level)) * MAX_LEVEL) for level in loudest)
