"""Pictures with round corners, which the software renderer cannot clip: cut here, off the interface thread.

`image://picture/<shape>/<percent-encoded path or file URL>`; the shape is `circle`, `rounded` (a tile's
corners) or `corner-<pixels>`. The `sourceSize` of the `Image` is the size that is made, filled and cropped.
"""

from __future__ import annotations

from urllib.parse import unquote

from PySide6.QtCore import QRectF, QSize, QUrl
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader, QPainter, QPainterPath
from PySide6.QtQuick import QQuickImageProvider

RASTER_FORMATS = frozenset({b"png", b"jpeg", b"jpg", b"gif", b"webp", b"bmp"})
MAX_SIDE = 16_384
MAX_MADE_SIDE = 4_096
TILE_CORNER = 0.28


class PictureProvider(QQuickImageProvider):
    """Serve local pictures, scaled and cut to a shape. What cannot be read is an empty image."""

    def __init__(self) -> None:
        super().__init__(
            QQuickImageProvider.ImageType.Image,
            QQuickImageProvider.Flag.ForceAsynchronousImageLoading,
        )

    def requestImage(self, id: str, size: QSize, requestedSize: QSize) -> QImage:  # noqa: A002, N802, N803
        shape, _, source = id.partition("/")
        return cut_picture(_local_path(unquote(source)), shape, requestedSize)


def cut_picture(path: str, shape: str, wanted: QSize) -> QImage:
    """Return the picture at `path`, filling `wanted` (its own size where that is empty), corners cut off.

    A null image where it is no picture, a vector picture, or larger than `MAX_SIDE`.
    """
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    own = reader.size()
    if bytes(reader.format().data()) not in RASTER_FORMATS or not own.isValid():
        return QImage()
    if max(own.width(), own.height()) > MAX_SIDE:
        return QImage()
    from PySide6.QtCore import Qt  # imported now: all its names cost 20 ms of the start

    target = _bounded(wanted if wanted.width() > 0 and wanted.height() > 0 else own)
    turned = bool(reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90)
    filling = own.scaled(
        target.transposed() if turned else target, Qt.AspectRatioMode.KeepAspectRatioByExpanding
    )
    if filling.width() < own.width():
        reader.setScaledSize(filling)
    image = reader.read()
    return QImage() if image.isNull() else _cut(image, shape, target)


def _cut(image: QImage, shape: str, target: QSize) -> QImage:
    from PySide6.QtCore import Qt

    filled = image.scaled(
        target, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    made = QImage(target, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    radius = _corner(shape, target)
    outline.addRoundedRect(QRectF(0, 0, target.width(), target.height()), radius, radius)
    painter.setClipPath(outline)
    painter.drawImage(
        (target.width() - filled.width()) // 2, (target.height() - filled.height()) // 2, filled
    )
    painter.end()
    return made


def _corner(shape: str, target: QSize) -> float:
    side = min(target.width(), target.height())
    if shape == "circle":
        return side / 2
    if shape.startswith("corner-") and shape[7:].isdigit():
        return min(float(shape[7:]), side / 2)
    return side * TILE_CORNER


def _bounded(size: QSize) -> QSize:
    return size.boundedTo(QSize(MAX_MADE_SIDE, MAX_MADE_SIDE))


def _local_path(source: str) -> str:
    return QUrl(source).toLocalFile() if source.startswith("file:") else source
