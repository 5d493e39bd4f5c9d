"""The image packs of a room: pictures that its members use as emoji and stickers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.changes import AccountDataChanged, RoomStateChanged
from client_desktop.core.rooms.image_packs import USES, ImagePack, PackImage
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.picture_upload import upload_picture

PACK_TYPES: Final = frozenset({"im.ponies.room_emotes", "m.image_pack"})
MAX_SHORTCODE: Final = 100
_NOT_IN_SHORTCODES: Final = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class ImageRow:
    shortcode: str
    url: str


@dataclass(frozen=True, slots=True)
class PackRow:
    state_key: str
    name: str
    everywhere: bool
    emoji: bool
    stickers: bool
    images: tuple[ImageRow, ...]


class RoomPacksModel(Flow):
    """`begin(room)` shows them."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._packs: tuple[ImagePack, ...] = ()
        self._rows: tuple[PackRow, ...] = ()
        self._may_change = False
        self.listen(RoomStateChanged, self._state_changed)
        self.listen(AccountDataChanged, self._account_data_changed)

    packs = shown(list, "_rows", changed)
    mayChange = shown(bool, "_may_change", changed)  # noqa: N815

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this room."""
        self._room_id = room_id
        self.act(self._read())

    @Slot(str, QUrl)
    def create(self, name: str, picture: QUrl) -> None:
        """Begin a pack with its first picture: one without any is none."""
        if name.strip():
            self.act(self._create(name.strip(), picture))

    @Slot(str, QUrl)
    def addImage(self, state_key: str, picture: QUrl) -> None:  # noqa: N802
        self.act(self._add_image(state_key, picture))

    @Slot(str, str)
    def removeImage(self, state_key: str, shortcode: str) -> None:  # noqa: N802
        self.act(self._remove_image(state_key, shortcode))

    @Slot(str, str, str)
    def renameImage(self, state_key: str, shortcode: str, name: str) -> None:  # noqa: N802
        self.act(self._rename_image(state_key, shortcode, shortcode_of(name)))

    @Slot(str)
    def remove(self, state_key: str) -> None:
        """Remove a whole pack."""
        self.act(self._store(replace(self._pack(state_key), images=())))

    @Slot(str, bool, bool)
    def setUses(self, state_key: str, emoji: bool, stickers: bool) -> None:  # noqa: N802
        """Offer a pack's pictures as emoji, as stickers, or both."""
        uses = frozenset(use for use, on in (("emoticon", emoji), ("sticker", stickers)) if on) or USES
        self.act(self._store(replace(self._pack(state_key), uses=uses)))

    @Slot(str, bool)
    def setEverywhere(self, state_key: str, everywhere: bool) -> None:  # noqa: N802
        """Offer a pack to oneself in every room."""
        self.act(self._set_everywhere(state_key, everywhere))

    async def _create(self, name: str, picture: QUrl) -> None:
        image = await self._upload(picture, frozenset())
        key = shortcode_of(name) or "pack"
        taken = {pack.state_key for pack in self._packs}
        while key in taken:
            key += "_"
        await self._store(
            ImagePack(self._room_id, key, name[:MAX_SHORTCODE], None, USES, "", (image,), False)
        )

    async def _add_image(self, state_key: str, picture: QUrl) -> None:
        pack = self._pack(state_key)
        image = await self._upload(picture, frozenset(each.shortcode for each in pack.images))
        await self._store(replace(pack, images=(*pack.images, image)))

    async def _remove_image(self, state_key: str, shortcode: str) -> None:
        pack = self._pack(state_key)
        images = tuple(image for image in pack.images if image.shortcode != shortcode)
        await self._store(replace(pack, images=images))

    async def _rename_image(self, state_key: str, shortcode: str, name: str) -> None:
        pack = self._pack(state_key)
        if not name or any(image.shortcode == name for image in pack.images):
            return
        images = tuple(
            replace(image, shortcode=name) if image.shortcode == shortcode else image for image in pack.images
        )
        await self._store(replace(pack, images=images))

    async def _upload(self, picture: QUrl, taken: frozenset[str]) -> PackImage:
        url = await upload_picture(self.bridge, self.client, picture)
        shortcode = shortcode_of(Path(picture.toLocalFile()).stem) or "picture"
        while shortcode in taken:
            shortcode += "_"
        return PackImage(shortcode, url, shortcode, {}, frozenset())

    async def _store(self, pack: ImagePack) -> None:
        client = self.client
        await self.bridge.call(lambda: client.rooms.set_image_pack(pack))
        rest = tuple(each for each in self._packs if each.state_key != pack.state_key)
        self._show((*rest, pack) if pack.images else rest)

    async def _set_everywhere(self, state_key: str, everywhere: bool) -> None:
        client, room_id = self.client, self._room_id
        await self.bridge.call(lambda: client.rooms.enable_pack(room_id, state_key, everywhere))

    async def _read(self) -> None:
        client, room_id = self.client, self._room_id
        permissions = await self.bridge.call(client.rooms.permissions, room_id)
        self._show(await self.bridge.call(client.rooms.room_packs, room_id))
        self.show(_may_change=permissions.may_state("m.image_pack"))

    def _show(self, packs: tuple[ImagePack, ...]) -> None:
        self._packs = packs
        rows = (
            PackRow(
                pack.state_key,
                pack.name,
                pack.enabled_everywhere,
                "emoticon" in (pack.uses or USES),
                "sticker" in (pack.uses or USES),
                tuple(ImageRow(image.shortcode, image.url) for image in pack.images),
            )
            for pack in sorted(packs, key=lambda pack: pack.state_key)
            if pack.images
        )
        self.show(_rows=tuple(rows))

    def _pack(self, state_key: str) -> ImagePack:
        return next(pack for pack in self._packs if pack.state_key == state_key)

    def _state_changed(self, change: RoomStateChanged) -> None:
        if change.account == self.user_id and change.room_id == self._room_id and change.types & PACK_TYPES:
            self.start(self._read())

    def _account_data_changed(self, change: AccountDataChanged) -> None:
        if change.account == self.user_id and self._room_id and not change.room_id:
            self.start(self._read())


def shortcode_of(name: str) -> str:
    """Make a short name of what people typed or called their file."""
    return _NOT_IN_SHORTCODES.sub("_", name.strip()).strip("_")[:MAX_SHORTCODE]
