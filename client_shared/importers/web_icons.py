"""Draw the logo as the pictures that browsers want: of the installed app, its tab, its notifications.

    python -m client_shared.importers.web_icons

Run after an edit of `icons/parlour.svg`; a test compares what each PNG says it was drawn from. Needs PySide6.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Final

from PIL.PngImagePlugin import PngInfo

from client_shared.importers.logo import DIGEST, SOURCE, draw, source_digest
from client_shared.sources import ROOT

ASSETS: Final = ROOT.parent / "client_web" / "public" / "assets"
MARK: Final = SOURCE.with_name("parlour-mark.svg")


def pictures() -> dict[str, tuple[bytes, int]]:
    """Return the pictures by their names: what is drawn, and how large.

    Systems cut a maskable icon to a shape of their own, so its ground has no corners; the mark is well inside
    of the middle 80 % that is always seen. Of a badge only the outline counts.
    """
    logo = SOURCE.read_bytes()
    full = re.sub(rb' rx="\d+"', b"", logo)
    return {
        "icon-192.png": (logo, 192),
        "icon-512.png": (logo, 512),
        "icon-maskable-192.png": (full, 192),
        "icon-maskable-512.png": (full, 512),
        "apple-touch-icon.png": (full, 180),
        "badge-96.png": (MARK.read_bytes().replace(b"#000000", b"#FFFFFF"), 96),
    }


def main(folder: Path = ASSETS) -> None:
    """Write them, with `icon.svg` and `favicon.ico`."""
    folder.mkdir(parents=True, exist_ok=True)
    note = PngInfo()
    note.add_text(DIGEST, source_digest())
    for name, (source, size) in pictures().items():
        draw(source, size).save(folder / name, pnginfo=note, optimize=True)
    shutil.copyfile(SOURCE, folder / "icon.svg")
    shutil.copyfile(SOURCE.with_suffix(".ico"), folder / "favicon.ico")


if __name__ == "__main__":
    main()
