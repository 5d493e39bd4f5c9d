"""Names that senders gave to files, made harmless for this machine."""

from __future__ import annotations

import mimetypes
import unicodedata
from pathlib import PurePosixPath
from typing import Final

MAX_BYTES: Final = 200
"""Of the name in UTF-8: file systems take 255, others add to it."""
MAX_EXTENSION: Final = 20
NAMELESS: Final = "file"

_FORBIDDEN: Final = frozenset('<>:"/\\|?*')
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)
_PROGRAMS: Final = """
    appimage apk app application bash bat bin cmd com command cpl csh deb desktop dll dmg elf exe fish gadget
    hta htm html inf ins inx iso jar job js jse ksh lnk lua mht mhtml msc msi msp mst msu nsh osx out paf php
    pif pkg pl ps1 psd1 psm1 py pyc pyw rb reg rgs rpm run scf scr sct settingcontent-ms sh shb shs so svg swf
    sys u3p url vb vbe vbs vbscript webloc workflow ws wsc wsf wsh xbap xht xhtml zsh
"""
_STARTS_PROGRAMS: Final = frozenset(_PROGRAMS.split())


def safe_file_name(name: str, mime_type: str = "") -> str:
    """Return a name that is one file in any folder: no path, nothing invisible, nothing that turns around.

    A name without extension gets one by its type.
    """
    visible = "".join(
        " " if unicodedata.category(character)[0] in "CZ" else character
        for character in unicodedata.normalize("NFC", name)
    )
    plain = "".join("_" if character in _FORBIDDEN else character for character in visible)
    plain = " ".join(plain.split()).strip(". ")
    stem, extension = PurePosixPath(plain).stem, PurePosixPath(plain).suffix
    if not extension or len(extension) > MAX_EXTENSION:
        stem, extension = plain, mimetypes.guess_extension(mime_type) or ""
    if not stem or stem.split(".")[0].strip().lower() in _RESERVED:
        stem = f"{NAMELESS} {stem}".strip()
    room = MAX_BYTES - len(extension.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + extension


def starts_a_program(name: str) -> bool:
    """Whether opening such a file may run what is in it: it is to be saved, not opened."""
    return PurePosixPath(name.lower()).suffix.lstrip(".") in _STARTS_PROGRAMS
