"""Pictures, videos, sounds, voice messages, files, stickers.

Spec: https://spec.matrix.org/v1.19/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

import math

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import (
    as_count,
    as_int,
    as_list,
    as_object,
    as_objects,
    as_optional_text,
    as_text,
)
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.fields import Fields
from client_desktop.core.timeline.items.text import build_text, formatted
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.timeline.texts import name_of
from client_desktop.core.values import ItemKind, Media

KINDS = {
    "m.image": ItemKind.IMAGE,
    "m.video": ItemKind.VIDEO,
    "m.audio": ItemKind.AUDIO,
    "m.file": ItemKind.FILE,
}
VOICE_KEYS = ("org.matrix.msc3245.voice", "org.matrix.msc3245.voice.v2", "m.voice")
AUDIO_KEYS = ("org.matrix.msc1767.audio", "m.audio_details")
SPOILER_KEYS = ("page.codeberg.everypizza.msc4193.spoiler", "org.matrix.msc4193.spoiler", "m.spoiler")
GALLERY_TYPES = ("dm.filament.gallery", "m.gallery")
MAX_NAME = 255
MAX_SIDE = 1 << 20
MAX_WAVEFORM = 256
LOUDEST = 1024
MAX_GALLERY = 50


def build_media(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show a file; without a usable address the message is shown as text."""
    media = read_media(content, local=event.local)
    if media is None:
        return build_text(event, content, around)
    kind = KINDS.get(as_text(content.get("msgtype")), ItemKind.FILE)
    if kind is ItemKind.AUDIO and any(isinstance(content.get(key), dict) for key in VOICE_KEYS):
        kind = ItemKind.VOICE
    return Fields(kind=kind, body=media.caption or media.name, media=media)


def build_sticker(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show a sticker; without a usable address its description."""
    media = read_media(content, local=event.local)
    if media is None:
        return build_text(event, content, around)
    return Fields(kind=ItemKind.STICKER, body=media.caption or media.name, media=media)


def build_gallery(event: Event, content: ReadonlyJsonObject, around: Surroundings) -> Fields:
    """Show several files of one message (MSC4274)."""
    entries = [
        entry if "msgtype" in entry else {**entry, "msgtype": as_text(entry.get("itemtype"))}
        for entry in as_objects(content.get("itemtypes"))[:MAX_GALLERY]
    ]
    found = tuple(media for entry in entries if (media := read_media(entry, local=event.local)) is not None)
    fields = build_text(event, content, around)
    if not found:
        return fields
    fields["kind"] = ItemKind.IMAGE
    fields["media"] = found[0]
    fields["gallery"] = found
    return fields


def read_media(content: ReadonlyJsonObject, *, local: bool) -> Media | None:
    """Read what a message says of its file; None where there is no address to get it from.

    `local`: it is on its way out, and may name a file of this machine. Nobody else's message may.
    """
    info = as_object(content.get("info"))
    encrypted_file = _encrypted_file(content.get("file"))
    url = as_text((encrypted_file or content).get("url"), limit=2048)
    if not url.startswith("mxc://") and not (local and url.startswith("file:")):
        return None
    encrypted_thumbnail = _encrypted_file(info.get("thumbnail_file"))
    thumbnail = as_text(
        (encrypted_thumbnail or info).get("thumbnail_url" if not encrypted_thumbnail else "url")
    )
    name, caption = _name_and_caption(content)
    return Media(
        url=url,
        name=name_of(name),
        mime_type=as_text(info.get("mimetype"), limit=100),
        size=_positive(info.get("size")),
        width=_side(info.get("w")),
        height=_side(info.get("h")),
        duration_ms=_duration_ms(content, info),
        blurhash=as_optional_text(info.get("blurhash") or info.get("xyz.amorgan.blurhash"), limit=200),
        thumbnail_url=thumbnail if thumbnail.startswith("mxc://") else None,
        waveform=_waveform(content),
        encrypted_file=encrypted_file,
        encrypted_thumbnail=encrypted_thumbnail,
        spoiler=any(content.get(key) is True for key in SPOILER_KEYS),
        caption_html=formatted(content) if caption else "",
        caption=caption,
    )


def _name_and_caption(content: ReadonlyJsonObject) -> tuple[str, str]:
    """Tell the file's name from its caption: with a `filename` beside it, the body is a caption.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#media-captions
    """
    body = as_text(content.get("body"))
    name = as_text(content.get("filename"), limit=MAX_NAME)
    if name and body and body != name:
        return name, body
    return name or body[:MAX_NAME], ""


def _encrypted_file(value: object) -> JsonObject | None:
    file = as_object(value)
    return file if as_text(file.get("url")).startswith("mxc://") else None


def _audio(content: ReadonlyJsonObject) -> JsonObject:
    return next((as_object(content[key]) for key in AUDIO_KEYS if key in content), {})


def _duration_ms(content: ReadonlyJsonObject, info: JsonObject) -> int | None:
    return _positive(info.get("duration")) or _positive(_audio(content).get("duration"))


def _waveform(content: ReadonlyJsonObject) -> tuple[int, ...]:
    levels = as_list(_audio(content).get("waveform"))[:MAX_WAVEFORM]
    return tuple(min(LOUDEST, as_count(level)) for level in levels)


def _positive(value: object) -> int | None:
    number = as_int(math.floor(value) if isinstance(value, float) and math.isfinite(value) else value)
    return number if number > 0 else None


def _side(value: object) -> int | None:
    side = _positive(value)
    return side if side is not None and side <= MAX_SIDE else None
