"""Give Qt what the QML modules `Parlour.Theme` and `Parlour.Controls` need: fonts, paths, pictures."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QIcon
from PySide6.QtQml import QQmlEngine

from client_desktop.views.pictures import PictureProvider
from client_shared.sources import ROOT

VIEWS = Path(__file__).parent
FONT_FAMILIES = ("Inter", "Noto Sans", "Noto Color Emoji")


def prepare_application(app: QGuiApplication) -> None:
    """Load the fonts that are shipped and make Inter the one of the whole application."""
    for path in sorted((ROOT / "fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise FileNotFoundError(path)
    font = QFont()
    font.setFamilies(list(FONT_FAMILIES))
    font.setPixelSize(14)
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    app.setFont(font)
    app.setWindowIcon(QIcon(str(ROOT / "icons" / "parlour.svg")))


def prepare_engine(engine: QQmlEngine) -> None:
    """Make `import Parlour.Theme`, `import Parlour.Controls` and `image://picture/…` work."""
    engine.addImportPath(str(VIEWS))
    engine.addImageProvider("picture", PictureProvider())
