"""Files: pictures, videos, sounds, voice messages, and all others.

Until a file is uploaded its content has no address; `with_upload` puts it in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mimage
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.media.describe import FileDescription
from client_desktop.core.outbox.contents.messages import Written, with_caption
from client_desktop.core.shapes import as_object

FILE: Final = "file"
THUMBNAIL: Final = "thumbnail"
SPOILER: Final = "page.codeberg.everypizza.msc4193.spoiler"
BLURHASH: Final = "xyz.amorgan.blurhash"
ANIMATED: Final = "org.matrix.msc4230.is_animated"

_KINDS: Final = {"image": "m.image", "video": "m.video", "audio": "m.audio"}


def file_message(
    description: FileDescription, caption: Written | None = None, *, spoiler: bool = False
) -> JsonObject:
    """Return the content of a file that is still here."""
    content: JsonObject = {
        "msgtype": _KINDS.get(description.mime_type.partition("/")[0], "m.file"),
        "body": description.name,
        "info": _info(description),
    }
    if spoiler:
        content[SPOILER] = True
    return with_caption(content, caption)


def voice_message(description: FileDescription, duration_ms: int, waveform: Sequence[int]) -> JsonObject:
    """Return a voice message; `waveform` is 0 to 1024 each.

    Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/3245
    """
    content = file_message(description)
    info = {**as_object(content["info"]), "duration": duration_ms}
    return {
        **content,
        "msgtype": "m.audio",
        "info": info,
        "org.matrix.msc1767.audio": {"duration": duration_ms, "waveform": list(waveform)},
        "org.matrix.msc3245.voice": {},
    }


def with_upload(
    content: ReadonlyJsonObject, slot: str, url: str, encrypted_file: ReadonlyJsonObject | None
) -> JsonObject:
    """Return the content with where a file of it has gone."""
    address: JsonObject = {"url": url} if encrypted_file is None else {"file": {**encrypted_file, "url": url}}
    if slot == FILE:
        return {**content, **address}
    info = as_object(content.get("info"))
    return {**content, "info": {**info, **{f"thumbnail_{key}": value for key, value in address.items()}}}


def _info(description: FileDescription) -> JsonObject:
    info: JsonObject = {"mimetype": description.mime_type, "size": description.size}
    if description.width and description.height:
        info |= {"w": description.width, "h": description.height}
    if description.duration_ms is not None:
        info["duration"] = description.duration_ms
    if description.blurhash is not None:
        info[BLURHASH] = description.blurhash
    if description.animated:
        info[ANIMATED] = True
    if description.thumbnail is not None:
        thumbnail = description.thumbnail
        info["thumbnail_info"] = {
            "mimetype": thumbnail.mime_type,
            "size": thumbnail.size,
            "w": thumbnail.width,
            "h": thumbnail.height,
        }
    return info
