"""Sync tokens: `s1_EPOCH_POSITION_STAMP`.

The epoch names the database, so that a token of another (or of one restored from a backup, and therefore
given a new epoch) leads to a full sync. The position is that of every durable stream. The stamp orders typing
and presence, which live in memory: after a restart it starts again, and a stamp from the future counts as
none.

A position of sliding sync is such a token with `~CONNECTION.ANSWER` behind it, which other requests ignore.
"""

import re
from dataclasses import dataclass

from homeserver.errors import InvalidParam

_TOKEN = re.compile(r"s1_([0-9a-z]{1,16})_([0-9]{1,18})_([0-9]{1,18})(?:~[0-9.]{3,37})?")


@dataclass(frozen=True, slots=True)
class SyncToken:
    """Up to where a device has seen everything."""

    epoch: str
    position: int
    stamp: int

    def __str__(self) -> str:
        return f"s1_{self.epoch}_{self.position}_{self.stamp}"


def parse_sync_token(text: str) -> SyncToken:
    """Read a token. Raises InvalidParam."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise InvalidParam("This is not a sync token")
    return SyncToken(match[1], int(match[2]), int(match[3]))


def parse_stream_position(text: str) -> int:
    """Return the durable position of a sync token. Raises InvalidParam."""
    return parse_sync_token(text).position
