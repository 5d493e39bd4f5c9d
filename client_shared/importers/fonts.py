"""Cut the fonts that both clients ship: TTF for the desktop, WOFF2 for the web.

    python -m client_shared.importers.fonts INTER_UI_PACKAGE JETBRAINS_MONO_DIRECTORY

`inter-ui` comes from npm; JetBrains Mono's TTF files from Debian's fonts-jetbrains-mono. Both are under the
SIL Open Font License 1.1, whose texts lie beside the results. Needs `fonttools` and `brotli`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fontTools.varLib import instancer  # type: ignore[import-untyped]

FONTS = Path(__file__).parent.parent / "fonts"

INTER_STYLES = (
    ("Regular", 400, False),
    ("Medium", 500, False),
    ("SemiBold", 600, False),
    ("Bold", 700, False),
    ("Italic", 400, True),
    ("BoldItalic", 700, True),
)
MONO_STYLES = ("Regular", "Bold", "Italic")

SCRIPTS = (
    (0x0020, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F), (0x1E00, 0x1FFF), (0x2000, 0x214F),
    (0x2150, 0x23FF), (0x2500, 0x25FF), (0xFB00, 0xFB06), (0xFFFC, 0xFFFD),
)  # fmt: skip
"""Latin, Greek, Cyrillic, punctuation, currencies, arrows, mathematics, boxes. Symbols that are emoji, too,
are left to the system's emoji font."""

FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "calt", "liga", "tnum", "case", "zero"]
MONO_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "zero"]
"""No ligatures: code is shown as it is written."""


def main(inter_package: Path, mono_directory: Path) -> None:
    """Write every font file anew."""
    for name, weight, italic in INTER_STYLES:
        font = instancer.instantiateVariableFont(
            _cut(_inter(inter_package, italic), FEATURES), {"opsz": 14, "wght": weight}
        )
        _rename(font, "Inter", name, weight, italic)
        _save(font, FONTS / f"Inter-{name}.ttf")
    for italic in (False, True):
        ranged = instancer.instantiateVariableFont(
            _cut(_inter(inter_package, italic), FEATURES), {"opsz": 14, "wght": (400, 700)}
        )
        _save(ranged, FONTS / f"Inter-{'Italic' if italic else 'Roman'}.woff2")
    for name in MONO_STYLES:
        mono = _cut(TTFont(mono_directory / f"JetBrainsMono-{name}.ttf"), MONO_FEATURES)
        _save(mono, FONTS / f"JetBrainsMono-{name}.ttf")
        _save(mono, FONTS / f"JetBrainsMono-{name}.woff2")


def _inter(package: Path, italic: bool) -> TTFont:
    font = TTFont(package / "variable" / f"InterVariable{'-Italic' if italic else ''}.woff2")
    font.flavor = None
    return font


def _cut(font: TTFont, features: list[str]) -> TTFont:
    options = subset.Options()
    options.layout_features = features
    options.hinting = False
    options.name_IDs = ["*"]
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in SCRIPTS for code in range(first, last + 1)])
    cutter.subset(font)
    return font


def _rename(font: TTFont, family: str, style: str, weight: int, italic: bool) -> None:
    """Give an instance the names that make it one weight of one family everywhere."""
    plain = style in {"Regular", "Bold", "Italic", "BoldItalic"}
    spaced = style.replace("BoldItalic", "Bold Italic")
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in {0, 5, 7, 8, 9, 11, 13, 14}]
    entries = {
        1: family if plain else f"{family} {spaced}",
        2: spaced if plain else "Regular",
        3: f"Parlour;{family}-{style}",
        4: f"{family} {spaced}",
        6: f"{family}-{style}",
    }
    if not plain:
        entries |= {16: family, 17: spaced}
    for name_id, text in entries.items():
        names.setName(text, name_id, 3, 1, 0x409)
    bold = weight == 700
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = (
        (1 if italic else 0) | (32 if bold else 0) | (0 if bold or italic else 64) | 128
    )
    font["head"].macStyle = (1 if bold else 0) | (2 if italic else 0)
    if "STAT" in font:
        del font["STAT"]


def _save(font: TTFont, path: Path) -> None:
    font.flavor = "woff2" if path.suffix == ".woff2" else None
    font["head"].modified = font["head"].created
    font.save(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
