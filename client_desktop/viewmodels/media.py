"""Files of messages and pictures of people, fetched by the engine and handed to views as local files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, QUrl, Signal, Slot

from client_desktop.core.changes import TransferChanged
from client_desktop.core.errors import ClientError
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.problems import error_sentence

if TYPE_CHECKING:
    from client_desktop.core.values import Media
    from client_desktop.viewmodels.link_previews import LinkPreview, LinkPreviews

KEPT = 600

Fetch = Callable[[], Coroutine[Any, Any, Path]]


class MediaHandle(QObject):
    """One file: `url` is empty until it is here; `load()` asks for it."""

    changed = Signal()

    def __init__(self, load: Callable[[MediaHandle], None], parent: QObject) -> None:
        super().__init__(parent)
        self._load = load
        self._url = ""
        self._progress = -1.0
        self._error = ""
        self._asked = False

    url = Property(str, lambda self: self._url, notify=changed)
    progress = Property(float, lambda self: self._progress, notify=changed)
    """0 to 1; -1 while nothing is known."""
    error = Property(str, lambda self: self._error, notify=changed)
    loading = Property(bool, lambda self: self._asked and not self._url and not self._error, notify=changed)

    @Slot()
    def load(self) -> None:
        """Fetch it, unless that was asked already; after a failure once more."""
        if not self._asked or self._error:
            self._asked = True
            self._error = ""
            self.changed.emit()
            self._load(self)

    def show(self, path: Path) -> None:
        self._url = QUrl.fromLocalFile(str(path)).toString()
        self.changed.emit()

    def fail(self, text: str) -> None:
        self._error = text
        self.changed.emit()

    def advance(self, progress: float) -> None:
        self._progress = progress
        self.changed.emit()


class MediaModel(AccountModel):
    """`app.media`: handles are kept, so that a picture seen before is shown without asking again."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._handles: OrderedDict[tuple[str, int, int], MediaHandle] = OrderedDict()
        self._waiting: list[tuple[MediaHandle, Fetch]] = []
        """Asked for before there was an account to ask."""
        self._previews: LinkPreviews | None = None
        self.listen(TransferChanged, self._transfer_changed)

    async def account_changed(self) -> None:
        waiting, self._waiting = self._waiting, []
        asked = [handle for handle, _ in waiting]
        self._handles = OrderedDict((key, each) for key, each in self._handles.items() if each in asked)
        self._previews = None
        for handle, fetch in waiting:
            self._begin(handle, fetch)

    def handle(self, media: Media, width: int = 0, height: int = 0) -> MediaHandle:
        """The whole file, or with a size a picture of it that is about so large."""
        size = (width, height) if width and height else None

        async def fetch() -> Path:
            if media.url.startswith("file:"):
                return Path(QUrl(media.url).toLocalFile())
            if size is not None:
                return await self.bridge.call(self.client.media.fetch, media, size)
            if media.mime_type.startswith("image/"):
                return await self.bridge.call(self.client.media.fetch_picture, media)
            return await self.bridge.call(self.client.media.fetch_file, media)

        return self._kept((media.url, width, height), fetch)

    @Slot(str, int, result=QObject)
    def picture(self, url: str, side: int) -> MediaHandle:
        """The picture of a person, room, pack or preview by its mxc URI; fetched at once."""

        async def fetch() -> Path:
            return await self.bridge.call(self.client.media.fetch_url, url, (side, side))

        handle = self._kept((url, side, side), fetch)
        handle.load()
        return handle

    @Slot(str, result=QObject)
    def preview(self, url: str) -> LinkPreview:
        """What a link leads to; whether that may be asked is the caller's affair."""
        # Imported now: the first frame has no links.
        from client_desktop.viewmodels.link_previews import LinkPreviews

        if self._previews is None:
            self._previews = LinkPreviews(self._begin_preview, self)
        return self._previews.of(url)

    def _begin_preview(self, url: str, preview: LinkPreview) -> None:
        self.start(self._fetch_preview(url, preview))

    async def _fetch_preview(self, url: str, preview: LinkPreview) -> None:
        from client_desktop.viewmodels.link_previews import ask_preview

        preview.show(await self.bridge.call(ask_preview, self.client, url))

    def known_picture(self, url: str, height: int) -> str:
        """Local URL of a small picture in a text, empty while it is not here; it is fetched for next time."""
        return str(self.picture(url, height).property("url"))

    def _kept(self, key: tuple[str, int, int], fetch: Fetch) -> MediaHandle:
        found = self._handles.pop(key, None)
        if found is None:
            found = MediaHandle(lambda made: self._begin(made, fetch), self)
        self._handles[key] = found
        while len(self._handles) > KEPT:
            self._handles.popitem(last=False)[1].deleteLater()
        return found

    def _begin(self, handle: MediaHandle, fetch: Fetch) -> None:
        if self._client is None:
            self._waiting.append((handle, fetch))
        else:
            self.start(self._fetch(handle, fetch))

    async def _fetch(self, handle: MediaHandle, fetch: Fetch) -> None:
        try:
            path = await fetch()
        except ClientError as error:
            handle.fail(error_sentence(error.word))
        else:
            handle.show(path)

    def _transfer_changed(self, change: TransferChanged) -> None:
        transfer = change.transfer
        if transfer.upload or not transfer.total_bytes:
            return
        for (url, _, _), handle in self._handles.items():
            if url == transfer.transfer_id:
                handle.advance(transfer.done_bytes / transfer.total_bytes)
