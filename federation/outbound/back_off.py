"""How long a server that failed is left alone."""

from typing import Final

FIRST_INTERVAL_MS: Final = 5_000
LONGEST_INTERVAL_MS: Final = 12 * 60 * 60 * 1000
FACTOR: Final = 2
JITTER: Final = 0.25
"""Up to so much of the interval is added, so that servers that failed together do not return together."""

PROBE_WITHIN_MS: Final = 90_000
"""How long others wait for the one caller that was let through to a failing server."""

HEARD_AGAIN_MS: Final = 30_000
"""A server that speaks to us is tried again so long after the last failure at the earliest."""


def next_interval_ms(previous_ms: int) -> int:
    """Return how long to wait after another failure; 0 stands for the first one."""
    return min(max(previous_ms * FACTOR, FIRST_INTERVAL_MS), LONGEST_INTERVAL_MS)


def with_jitter(interval_ms: int, draw: float) -> int:
    """Lengthen an interval by a part of it; `draw` is a random number from 0 to 1."""
    return interval_ms + int(interval_ms * JITTER * draw)
