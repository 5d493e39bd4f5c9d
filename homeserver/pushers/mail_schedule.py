"""When unread messages are written home about: not at once, and ever more seldom while nobody reads them."""

from collections.abc import Iterable, Mapping
from typing import Final

DELAY_MS: Final = 10 * 60_000
"""How long a message has to be unread before a mail says so."""
FIRST_PAUSE_MS: Final = 10 * 60_000
LONGEST_PAUSE_MS: Final = 24 * 60 * 60_000
GROWTH: Final = 6
FORGOTTEN_MS: Final = 12 * 60 * 60_000
"""After a pause and so long without a mail, a room begins anew."""

LastMails = Mapping[int, tuple[int, int]]
"""By room: when the last mail told of it, and for how long none may follow; in milliseconds."""


def due_ts(waiting: Iterable[tuple[int, int]], last: LastMails) -> int | None:
    """Return when a mail is to be sent about what waits, given as (room, queued at). None: nothing waits."""
    return min((_due_ts(room_nid, queued_ts, last) for room_nid, queued_ts in waiting), default=None)


def next_pauses(rooms: Iterable[int], last: LastMails, now_ms: int) -> dict[int, int]:
    """Return how long rooms that a mail now tells of are left in peace."""
    return {room_nid: _next_pause(last.get(room_nid), now_ms) for room_nid in rooms}


def _due_ts(room_nid: int, queued_ts: int, last: LastMails) -> int:
    sent_ts, pause_ms = last.get(room_nid, (0, 0))
    return max(queued_ts + DELAY_MS, sent_ts + pause_ms)


def _next_pause(last: tuple[int, int] | None, now_ms: int) -> int:
    if last is None or now_ms - last[0] > last[1] + FORGOTTEN_MS:
        return FIRST_PAUSE_MS
    return min(last[1] * GROWTH, LONGEST_PAUSE_MS)
