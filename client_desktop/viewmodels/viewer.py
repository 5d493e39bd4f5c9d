"""The picture or film that fills the window, and its neighbours in the room."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot

from client_desktop.core.values import ItemKind, Media, TimelineItem
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.media import MediaHandle, MediaModel
from client_desktop.viewmodels.time_text import full_text
from client_desktop.viewmodels.timeline import TimelineModel
from client_desktop.viewmodels.timeline_row import media_map

SHOWN = frozenset({ItemKind.IMAGE, ItemKind.VIDEO, ItemKind.STICKER})


class ViewerModel(AccountModel):
    """`app.viewer`. `handle` fetches the whole file; `step` goes to the timeline's next or previous one."""

    changed = Signal()

    def __init__(self, bridge: Bridge, media: MediaModel, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._media = media
        self._timeline: TimelineModel | None = None
        self._shown: tuple[TimelineItem, Media] | None = None
        self._handle: MediaHandle | None = None

    isOpen = Property(bool, lambda self: self._shown is not None, notify=changed)  # noqa: N815
    info = Property("QVariant", lambda self: self._info(), notify=changed)  # type: ignore[arg-type]
    handle = Property(QObject, lambda self: self._handle, notify=changed)

    async def account_changed(self) -> None:
        self.hide()

    @Slot(QObject, str, int)
    def show(self, timeline: TimelineModel, key: str, place: int) -> None:
        """Show a message's file; `place` is which of a gallery."""
        item = timeline.model.item(key)
        if item is None:
            return
        files = item.gallery or ((item.media,) if item.media else ())
        if 0 <= place < len(files):
            self._timeline = timeline
            self._open(item, files[place])

    @Slot()
    def hide(self) -> None:
        if self._shown is not None:
            self._shown = self._handle = self._timeline = None
            self.changed.emit()

    @Slot(int)
    def step(self, step: int) -> None:
        """The next file down (1) or up (-1) the timeline."""
        if self._shown is None or self._timeline is None:
            return
        files = [
            (item, media)
            for item in self._timeline.model.items
            if item.kind in SHOWN
            for media in (item.gallery or ((item.media,) if item.media else ()))
        ]
        here = next((place for place, shown in enumerate(files) if shown[1] == self._shown[1]), None)
        if here is not None and 0 <= here + step < len(files):
            self._open(*files[here + step])

    @Slot(QObject, str)
    def save(self, handle: MediaHandle, target: str) -> None:
        """Copy a fetched file to where the user wants it (a URL of this machine)."""
        self.start(self._save(str(handle.property("url")), Path(QUrl(target).toLocalFile())))

    async def _save(self, source: str, target: Path) -> None:
        await self.bridge.call(_copy_file, Path(QUrl(source).toLocalFile()), target)

    def _open(self, item: TimelineItem, media: Media) -> None:
        self._shown = (item, media)
        self._handle = self._media.handle(media)
        self._handle.load()
        self.changed.emit()

    def _info(self) -> dict[str, Any]:
        if self._shown is None:
            return {}
        item, media = self._shown
        return media_map(media) | {
            "key": item.key,
            "eventId": item.event_id or "",
            "kind": item.kind.value,
            "sender": item.sender,
            "senderName": item.sender_name,
            "senderAvatar": item.sender_avatar or "",
            "fullTime": full_text(item.at_ms),
        }


def _copy_file(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
