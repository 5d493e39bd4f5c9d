"""Files that wait in the composer, with what the preview shows of them."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Property, QDateTime, QObject, QUrl, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage

from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.time_text import size_text
from client_desktop.viewmodels.words import word

MOST = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    path: str
    name: str
    size_text: str
    picture_url: str
    """What an Image shows; empty for what is no picture."""
    kind: str
    """image, video, audio or file."""
    caption: str = ""


class AttachmentsModel(QObject):
    """Files chosen, dropped or pasted, in the order in which they will be sent."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: ValueListModel[Attachment] = ValueListModel(Attachment, lambda row: row.path, self)
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    rows = Property(QObject, lambda self: self._rows, constant=True)

    @property
    def files(self) -> tuple[Attachment, ...]:
        return tuple(self._rows.rows)

    @Slot(list)
    def add(self, urls: Iterable[object]) -> None:
        """Put files, given as URLs of this machine, behind the others."""
        for url in urls:
            path = local_path(url.toString() if isinstance(url, QUrl) else str(url))
            if path is not None:
                self.add_path(path)

    def add_path(self, path: Path) -> None:
        attachment = attachment_of(path)
        if attachment is None or self._rows.position(attachment.path) >= 0 or len(self._rows) >= MOST:
            return
        self._rows.append(attachment)
        self.changed.emit()

    @Slot(result=bool)
    def paste(self) -> bool:
        """Take files or a picture from the clipboard; tell whether there were any (text is the field's)."""
        data = QGuiApplication.clipboard().mimeData()
        if data.hasUrls() and all(url.isLocalFile() for url in data.urls()):
            self.add(data.urls())
            return True
        if data.hasImage() and not data.hasText():
            return self._add_picture(QGuiApplication.clipboard().image())
        return False

    @Slot(int)
    def remove(self, place: int) -> None:
        if 0 <= place < len(self._rows):
            self._rows.remove(place)
            self.changed.emit()

    @Slot(int, str)
    def setCaption(self, place: int, caption: str) -> None:  # noqa: N802
        if 0 <= place < len(self._rows):
            self._rows.replace(place, replace(self._rows.rows[place], caption=caption))

    def clear(self) -> None:
        """Keep no file waiting; pasted pictures stay on the disk until `close`, since they are being sent."""
        if len(self._rows):
            self._rows.update(())
            self.changed.emit()

    def close(self) -> None:
        """Remove pasted pictures from the disk."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _add_picture(self, image: QImage) -> bool:
        if image.isNull():
            return False
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="parlour-")
        stamp = QDateTime.currentDateTime().toString("yyyy-MM-dd-hhmmsszzz")
        path = Path(self._folder.name) / f"{word('main.composer.pasted')}-{stamp}.png"
        if not image.save(str(path)):
            return False
        self.add_path(path)
        return True


def attachment_of(path: Path) -> Attachment | None:
    """Describe a file; None for what is no readable file."""
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError:
        return None
    if size is None:
        return None
    kind = (mimetypes.guess_type(path.name)[0] or "").partition("/")[0]
    if kind not in ("image", "video", "audio"):
        kind = "file"
    url = QUrl.fromLocalFile(str(path)).toString() if kind == "image" else ""
    return Attachment(str(path), path.name, size_text(size), url, kind)


def local_path(url: str) -> Path | None:
    """The file that a URL from a drop or a dialog names; None for anything that is not on this machine."""
    address = QUrl(url)
    return Path(address.toLocalFile()) if address.isLocalFile() else None
