"""Make each client's files of the shared sources.

    python -m client_shared.generate            write them
    python -m client_shared.generate --check    tell which are stale, without writing

What is made is committed, so that installing needs no tool. Needs PySide6's `lrelease`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from client_shared.sources import ROOT, SourceProblems, read_shortcuts, read_tokens, read_words
from client_shared.writers.css import css_variables
from client_shared.writers.qml import shortcuts_qml, tokens_qml
from client_shared.writers.words import qt_catalogue, words_json

GENERATED = ROOT / "generated"
QML_THEME = ROOT.parent / "client_desktop" / "views" / "Parlour" / "Theme"


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status: 1 where something is stale or wrong with the sources."""
    try:
        made, problems = make_all()
    except SourceProblems as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 1
    for line in problems:
        print(f"wrong: {line}", file=sys.stderr)  # noqa: T201
    stale = stale_files(made)
    for path in stale:
        print(f"{'stale' if '--check' in arguments else 'written'}: {path.relative_to(ROOT.parent)}")  # noqa: T201
    if "--check" in arguments:
        return 1 if stale or problems else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made[path])
    return 1 if problems else 0


def make_all() -> tuple[dict[Path, bytes], list[str]]:
    """Return what every generated file has to contain, and what is wrong with the words.

    Raises SourceProblems where the other sources cannot be read.
    """
    tokens = read_tokens()
    shortcuts = read_shortcuts()
    words, problems = read_words()
    made = {
        QML_THEME / "Tokens.qml": tokens_qml(tokens).encode(),
        QML_THEME / "ShortcutTable.qml": shortcuts_qml(shortcuts).encode(),
        GENERATED / "tokens.css": css_variables(tokens).encode(),
    }
    for language, its_words in words.items():
        made[GENERATED / "words" / f"{language}.json"] = words_json(its_words).encode()
        made[GENERATED / "words" / f"parlour_{language}.qm"] = qt_catalogue(language, its_words)
    return made, problems


def stale_files(made: dict[Path, bytes]) -> list[Path]:
    """Return the files that are missing or contain something else."""
    return [path for path, content in made.items() if not path.exists() or path.read_bytes() != content]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
