"""Why a file is not shown or sent."""

from __future__ import annotations

from client_desktop.core.errors import NotAllowed


class MediaRefused(NotAllowed):
    """Not what it says, damaged, altered, or built to do harm; nothing of it is shown."""

    word = "media_refused"


class MediaTooLarge(NotAllowed):
    """Larger than we take unasked, or than the server takes."""

    word = "media_too_large"


class FileGone(NotAllowed):
    """The file that was to be sent is not there, or cannot be read."""

    word = "file_gone"
