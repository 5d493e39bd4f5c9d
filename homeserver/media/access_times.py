"""When files were last served, gathered in memory and written in batches: a download writes no row."""

from typing import Final

MAX_GATHERED: Final = 10_000
WORTH_WRITING_MS: Final = 60 * 60 * 1000


class AccessTimes:
    """The newest access per address; beyond `MAX_GATHERED` addresses others wait for the next batch."""

    def __init__(self) -> None:
        self._gathered: dict[int, int] = {}

    def note(self, media_nid: int, last_access_ms: int | None, now_ms: int) -> None:
        """Remember an access unless the row already tells of one within the last hour."""
        if now_ms - (last_access_ms or 0) < WORTH_WRITING_MS:
            return
        if len(self._gathered) < MAX_GATHERED or media_nid in self._gathered:
            self._gathered[media_nid] = now_ms

    def take(self) -> dict[int, int]:
        """Return what was gathered and start anew."""
        taken, self._gathered = self._gathered, {}
        return taken
