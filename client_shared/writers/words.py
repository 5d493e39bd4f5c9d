"""Catalogues: JSON for the web client and for Python, id-based `.qm` for Qt."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from client_shared.sources import PLURAL_FORMS, SourceProblems, Word, Words


def words_json(words: Words) -> str:
    """Return all words of a language in one object, sorted by id."""
    return json.dumps(words, ensure_ascii=False, indent=0, sort_keys=True) + "\n"


def qt_catalogue(language: str, words: Words) -> bytes:
    """Return the compiled catalogue that `qsTrId` reads. Runs `lrelease`."""
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / f"{language}.ts"
        compiled = Path(directory) / f"{language}.qm"
        source.write_text(_ts(language, words), "utf-8")
        subprocess.run(
            [str(_lrelease()), "-silent", str(source), "-qm", str(compiled)], check=True, timeout=60
        )
        return compiled.read_bytes()


def _ts(language: str, words: Words) -> str:
    messages = "\n".join(_message(word_id, word) for word_id, word in sorted(words.items()))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
        f'<TS version="2.1" language="{language}" sourcelanguage="en">\n<context>\n<name></name>\n'
        f"{messages}\n</context>\n</TS>\n"
    )


def _message(word_id: str, word: Word) -> str:
    if isinstance(word, str):
        return (
            f"<message id={quoteattr(word_id)}><source></source>"
            f"<translation>{_qt_text(word)}</translation></message>"
        )
    forms = "".join(f"<numerusform>{_qt_text(word[form])}</numerusform>" for form in PLURAL_FORMS)
    return (
        f'<message id={quoteattr(word_id)} numerus="yes"><source></source>'
        f"<translation>{forms}</translation></message>"
    )


def _qt_text(text: str) -> str:
    """Qt counts placeholders from %1 and calls the number %n."""
    renamed = re.sub(r"\{(\d)\}", lambda match: f"%{int(match.group(1)) + 1}", text)
    return escape(renamed.replace("{n}", "%n"))


def _lrelease() -> Path:
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        raise SourceProblems("PySide6 is needed to compile the Qt catalogues: pip install 'parlour[desktop]'")
    directory = Path(spec.origin).parent
    name = "lrelease.exe" if sys.platform == "win32" else "lrelease"
    found = [path for path in (directory / name, directory / "Qt" / "libexec" / name) if path.exists()]
    if not found:
        raise SourceProblems(f"no {name} in {directory}")
    return found[0]
