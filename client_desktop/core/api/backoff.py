"""How long to wait before trying again."""

from __future__ import annotations

from random import uniform

FIRST_S = 1.0
LONGEST_S = 60.0


def backoff_s(attempt: int, *, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> float:
    """Tell the delay after the `attempt`-th failure (from 0): doubling, bounded, with jitter.

    Jitter keeps thousands of clients from coming back to a restarted server in the same moment.
    """
    full_s = min(longest_s, first_s * (1 << min(attempt, 16)))
    return full_s * uniform(0.5, 1.0)
