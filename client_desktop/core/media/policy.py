"""What is fetched without being asked for, and how much of anything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from client_desktop.core.values import Media

MEGABYTE: Final = 1024 * 1024


class FetchUnasked(StrEnum):
    """In which rooms pictures show themselves."""

    ALWAYS = "always"
    PRIVATE_ROOMS = "private_rooms"
    """Not where strangers may speak."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class MediaPolicy:
    """Settings of the user's, and bounds of ours."""

    unasked: FetchUnasked = FetchUnasked.ALWAYS
    max_unasked_bytes: int = 20 * MEGABYTE
    """A larger file waits for a click; a picture then shows the server's thumbnail only."""
    max_bytes: int = 2048 * MEGABYTE
    """Nothing larger is fetched at all."""
    max_thumbnail_bytes: int = 5 * MEGABYTE

    def may_fetch_unasked(self, media: Media, *, public_room: bool) -> bool:
        """Whether a message's picture is fetched when it comes into view."""
        if self.unasked is FetchUnasked.NEVER:
            return False
        if self.unasked is FetchUnasked.PRIVATE_ROOMS and public_room:
            return False
        # A server makes thumbnails of what is not encrypted, however large it is.
        needs_all = media.encrypted_file is not None and media.encrypted_thumbnail is None
        return not needs_all or media.size is None or media.size <= self.max_unasked_bytes
