"""What a backup says of itself: `manifest.json`, written last, so that a folder without it is no backup."""

from pathlib import Path
from typing import Final

import msgspec

from homeserver.backup.errors import BackupError

FORMAT: Final = 1
FILE: Final = "manifest.json"
DATABASE_FILE: Final = "database.dump"
MEDIA_FOLDER: Final = "media"
KEYS_FOLDER: Final = "keys"
SIGNING_KEY_FILE: Final = "signing.key"
VAPID_KEY_FILE: Final = "vapid.pem"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder holds. Times are in milliseconds since the epoch.

    `position` is the last that the backup has; `missing` are the numbers of the files that were deleted while
    it was made: their addresses are gone after a restoration, as they are from the server.
    """

    format: int = FORMAT
    server_name: str
    schema_version: int
    began_ms: int
    position: int
    media_files: int
    media_bytes: int
    has_media: bool
    missing: tuple[int, ...] = ()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a folder that is complete."""
    (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Return what a folder says of itself.

    Raises: BackupError when it is no backup, or one of a later kind.
    """
    try:
        manifest = msgspec.json.decode((folder / FILE).read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise BackupError(f"{folder} is no backup, or one that was not finished: it has no {FILE}") from None
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupError(f"{folder / FILE} cannot be read: {error}") from error
    if manifest.format != FORMAT:
        raise BackupError(f"{folder} was made by a newer version of Parlour: restore it with that one")
    return manifest
