"""Draw the logo as the pictures that systems want: PNGs of each size, and one ICO.

    python -m client_shared.importers.logo

Run after an edit of `icons/parlour.svg`; a test compares what each PNG says it was drawn from. Needs PySide6.
"""

from __future__ import annotations

import hashlib
import io
import os
import sys

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from client_shared.sources import ROOT

SOURCE = ROOT / "icons" / "parlour.svg"
SIZES = (16, 24, 32, 48, 64, 128, 192, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
DIGEST = "source-sha256"


def source_digest() -> str:
    """Return what a PNG names as its source."""
    return hashlib.sha256(SOURCE.read_bytes()).hexdigest()


def main() -> None:
    """Write `icons/parlour-<size>.png` and `icons/parlour.ico`."""
    source = SOURCE.read_bytes()
    pictures = {size: draw(source, size) for size in SIZES}
    note = PngInfo()
    note.add_text(DIGEST, source_digest())
    for size, picture in pictures.items():
        picture.save(SOURCE.with_name(f"parlour-{size}.png"), pnginfo=note, optimize=True)
    pictures[256].save(
        SOURCE.with_suffix(".ico"),
        sizes=[(size, size) for size in ICO_SIZES],
        append_images=[pictures[size] for size in ICO_SIZES],
    )


def draw(svg: bytes, size: int) -> Image.Image:
    """Draw an SVG as a square picture."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _ = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return Image.open(io.BytesIO(bytes(buffer.data().data()))).convert("RGBA")


if __name__ == "__main__":
    main()
