"""What can be done to a message: react, edit, pin, remove, copy, save, look behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from client_desktop.core.values import Media, TimelineItem
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.media import MediaModel
from client_desktop.viewmodels.timeline import TimelineModel
from client_desktop.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client


class MessagesModel(ViewModel):
    """Actions on the messages of one timeline; every slot takes the row's `key`."""

    copied = Signal()

    def __init__(
        self,
        bridge: Bridge,
        client: Client,
        timeline: TimelineModel,
        media: MediaModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self._media = media
        self._client = client
        self._timeline = timeline
        self._room_id = timeline.room_id

    @Slot(str, str)
    def react(self, key: str, reaction: str) -> None:
        """Give a reaction, or take it back where it is one's own."""
        item = self._item(key)
        if item is None or item.event_id is None:
            return
        mine = next((shown for shown in item.reactions if shown.key == reaction and shown.mine), None)
        if mine is None:
            self.start(self._call(self._client.outbox.react, self._room_id, item.event_id, reaction))
        elif mine.my_event_id is not None:
            self.start(self._call(self._client.outbox.redact, self._room_id, mine.my_event_id))

    @Slot(str, str)
    def remove(self, key: str, reason: str) -> None:
        """Redact it; one that was never sent is thrown away."""
        item = self._item(key)
        if item is None:
            return
        if item.event_id is None:
            self.discard(key)
            return
        self.start(self._call(self._client.outbox.redact, self._room_id, item.event_id, reason or None))

    @Slot(str)
    def retry(self, key: str) -> None:
        self.start(self._call(self._client.outbox.retry, key))

    @Slot(str)
    def discard(self, key: str) -> None:
        """Throw away one that waits or failed."""
        self.start(self._call(self._client.outbox.cancel, key))

    @Slot(str, bool)
    def pin(self, key: str, wanted: bool) -> None:
        item = self._item(key)
        if item is not None and item.event_id is not None:
            self.start(self._call(self._client.rooms.set_pinned, self._room_id, item.event_id, wanted))

    @Slot(str, list)
    def vote(self, key: str, answers: list[str]) -> None:
        """Vote in a poll; other answers replace those given before."""
        item = self._item(key)
        if item is not None and item.event_id is not None:
            chosen = tuple(str(answer) for answer in answers)
            self.start(self._call(self._client.outbox.vote, self._room_id, item.event_id, chosen))

    @Slot(str)
    def endPoll(self, key: str) -> None:  # noqa: N802
        item = self._item(key)
        if item is not None and item.event_id is not None:
            self.start(self._call(self._client.outbox.end_poll, self._room_id, item.event_id))

    @Slot(str)
    def copyText(self, key: str) -> None:  # noqa: N802
        item = self._item(key)
        if item is not None:
            self._copy(item.body)

    @Slot(str)
    def copyLink(self, key: str) -> None:  # noqa: N802
        item = self._item(key)
        if item is not None and item.event_id is not None:
            self.start(self._copy_link(item.event_id))

    @Slot(str, int, int, int, result=QObject)
    def file(self, key: str, place: int, width: int, height: int) -> QObject | None:
        """A message's file, or a picture of it of about this size; `place` is which of a gallery."""
        media = self._file(key, place)
        return self._media.handle(media, width, height) if media else None

    @Slot(str, int, result=QObject)
    def thumbnail(self, key: str, place: int) -> QObject | None:
        """The still picture that came with a film."""
        media = self._file(key, place)
        return self._media.handle(media, 800, 600) if media else None

    def _file(self, key: str, place: int) -> Media | None:
        item = self._item(key)
        if item is None:
            return None
        files = item.gallery or ((item.media,) if item.media else ())
        return files[place] if 0 <= place < len(files) else None

    def _item(self, key: str) -> TimelineItem | None:
        return self._timeline.model.item(key)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit()

    async def _copy_link(self, event_id: str) -> None:
        self._copy(await self.bridge.call(self._client.rooms.permalink, self._room_id, event_id))

    async def _call(self, function: Any, *args: Any) -> None:
        await self.bridge.call(function, *args)
