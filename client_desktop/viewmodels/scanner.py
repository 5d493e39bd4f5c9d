"""Reading QR codes: from the camera, from a picture, or from the clipboard."""

from __future__ import annotations

import asyncio
import base64
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Property, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QImageReader
from PySide6.QtQuick import QQuickImageProvider

from client_desktop.viewmodels.attachments import local_path

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QVideoFrame

    from client_desktop.viewmodels.camera import Camera

FRAME_S: Final = 0.08
"""How often a frame of the camera is shown."""
READ_S: Final = 0.25
"""How often one is searched for a code."""
LARGEST_SIDE: Final = 1600
"""Of what is searched, in pixels."""
MAX_SIDE: Final = 16_384
RASTER_FORMATS: Final = frozenset({b"png", b"jpeg", b"jpg", b"gif", b"webp", b"bmp"})


class ScannerModel(QObject):
    """`app.scanner`. `found` carries what a code holds, in base64; `problem` is empty, `no_code` or
    `no_picture`.
    """

    changed = Signal()
    found = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame = QImage()
        self._number = 0
        self._has_camera = False
        self._problem = ""
        self._camera: Camera | None = None
        self._reading: asyncio.Task[None] | None = None
        self._shown_at = self._read_at = 0.0

    hasCamera = Property(bool, lambda self: self._has_camera, notify=changed)  # noqa: N815
    frameSource = Property(str, lambda self: self._frame_source(), notify=changed)  # noqa: N815
    """What an Image shows of the camera; empty before its first frame."""
    problem = Property(str, lambda self: self._problem, notify=changed)

    @Slot()
    def look(self) -> None:
        """Find out whether there is a camera; QtMultimedia is loaded for it."""
        from client_desktop.viewmodels.camera import has_camera

        self._has_camera, self._problem = has_camera(), ""
        self.changed.emit()

    @Slot()
    def start(self) -> None:
        """Look through the camera until `stop`."""
        if self._camera is None and self._has_camera:
            from client_desktop.viewmodels.camera import Camera

            self._camera = Camera(self._take_frame, self)
            self._camera.start()

    @Slot()
    def stop(self) -> None:
        """Switch the camera off."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.stop()
        if self._reading is not None:
            self._reading.cancel()
        self.frame = QImage()
        self._problem = ""
        self.changed.emit()

    @Slot(result=bool)
    def paste(self) -> bool:
        """Read the picture on the clipboard; tell whether there was one."""
        data = QGuiApplication.clipboard().mimeData()
        if data.hasImage():
            self.read(QGuiApplication.clipboard().image())
            return True
        if data.hasUrls() and data.urls():
            self.open(data.urls()[0].toString())
            return True
        self._say("no_picture")
        return False

    @Slot(str)
    def open(self, url: str) -> None:
        """Read a picture of this machine."""
        path = local_path(url)
        self.read(read_picture(str(path)) if path is not None else QImage())

    def read(self, image: QImage) -> None:
        """Search a picture for a code, off the interface's thread."""
        if image.isNull():
            self._say("no_picture")
        else:
            self._search(image, quietly=False)

    def take(self, image: QImage) -> None:
        """Show a picture of the camera, and search it for a code."""
        now = time.monotonic()
        if now - self._shown_at >= FRAME_S:
            self._shown_at = now
            self.frame = image
            self._number += 1
            self.changed.emit()
        if now - self._read_at >= READ_S and (self._reading is None or self._reading.done()):
            self._read_at = now
            self._search(image, quietly=True)

    def _take_frame(self, frame: QVideoFrame) -> None:
        image = frame.toImage()
        if not image.isNull():
            self.take(image)

    def _search(self, image: QImage, *, quietly: bool) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._reading = asyncio.ensure_future(self._search_in_thread(image, quietly=quietly))

    async def _search_in_thread(self, image: QImage, *, quietly: bool) -> None:
        data = await asyncio.to_thread(read_code, image)
        if data is not None:
            self._say("")
            self.found.emit(base64.b64encode(data).decode())
        elif not quietly:
            self._say("no_code")

    def _say(self, problem: str) -> None:
        self._problem = problem
        self.changed.emit()

    def _frame_source(self) -> str:
        return "" if self.frame.isNull() else f"image://camera/{self._number}"


class CameraPictures(QQuickImageProvider):
    """`image://camera/<number>`: what the camera sees now; the number makes QML ask anew."""

    def __init__(self, scanner: ScannerModel) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._scanner = scanner

    def requestImage(self, identifier: str, size: QSize, requested: QSize) -> QImage:  # noqa: N802
        return self._scanner.frame


def read_code(image: QImage) -> bytes | None:
    """Return what the QR code in a picture holds; None where there is none."""
    import zxingcpp  # the first time that something is scanned

    gray = image.convertToFormat(QImage.Format.Format_Grayscale8)
    if max(gray.width(), gray.height()) > LARGEST_SIDE:
        gray = gray.scaled(LARGEST_SIDE, LARGEST_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
    # Lines are filled up to whole words: a few points more at the right.
    pixels = memoryview(gray.constBits()).cast("B", (gray.height(), gray.bytesPerLine()))
    found = zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return bytes(found[0].bytes) if found else None


def read_picture(path: str) -> QImage:
    """Return the picture at a path, upright; a null image where it is none, or too large."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    fits = 0 < max(size.width(), size.height()) <= MAX_SIDE
    return reader.read() if fits and bytes(reader.format().data()) in RASTER_FORMATS else QImage()
