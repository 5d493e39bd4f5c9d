"""Take the icons that are used over from npm's `lucide-static`.

    python -m client_shared.importers.icons LUCIDE_STATIC_PACKAGE [NAME …]

Names given are added to those that are there; all are written anew, one line each, at the stroke width of
Parlour's look. The licence (ISC, some MIT) lies beside them.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ICONS = Path(__file__).parent.parent / "icons" / "lucide"
STROKE_WIDTH = "1.75"


def main(package: Path, names: list[str]) -> None:
    """Write the icons and their licence; an unknown name raises FileNotFoundError."""
    ICONS.mkdir(parents=True, exist_ok=True)
    for name in sorted({path.stem for path in ICONS.glob("*.svg")} | set(names)):
        source = (package / "icons" / f"{name}.svg").read_text("utf-8")
        (ICONS / f"{name}.svg").write_text(_shorten(source), "utf-8")
    shutil.copyfile(package / "LICENSE", ICONS / "LICENSE")


def _shorten(source: str) -> str:
    """One line, without class and comment, black for `currentColor`: Qt tints by alpha."""
    inner = re.sub(r"\s+", " ", source.split(">", 2)[2].rsplit("</svg>", 1)[0]).strip()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" '
        f'stroke="#000" stroke-width="{STROKE_WIDTH}" stroke-linecap="round" stroke-linejoin="round">'
        f"{inner.replace('> <', '><')}</svg>\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
