"""Pictures of image packs that are sent by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from client_desktop.core.rooms.image_packs import ImagePack

MOST = 500


def sticker_maps(packs: Iterable[ImagePack]) -> list[dict[str, Any]]:
    """What the picker shows of the stickers, and what sending one takes."""
    return [
        {
            "key": f"{pack.room_id}/{pack.state_key}/{image.shortcode}",
            "pack": pack.name,
            "body": image.body or image.shortcode,
            "url": image.url,
            "info": dict(image.info),
        }
        for pack in packs
        for image in pack.images
        if "sticker" in image.uses
    ][:MOST]
