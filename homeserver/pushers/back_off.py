"""When a pusher that failed is tried again, and how long what it has to tell is of interest."""

from typing import Final

FIRST_MS: Final = 1_000
LONGEST_MS: Final = 60 * 60_000
GIVE_UP_MS: Final = 24 * 60 * 60_000
"""What could not be told for so long is dropped, lest a load of old news arrives when a gateway is back."""
MAX_WAITING: Final = 100
"""How much waits for a pusher that fails; the newest stay."""


def back_off_ms(failures: int) -> int:
    """Return how long to wait after so many failures before, in milliseconds."""
    return min(FIRST_MS << min(failures, 20), LONGEST_MS)
