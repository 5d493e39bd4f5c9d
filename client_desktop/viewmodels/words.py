"""Words for people: Qt's catalogues installed, and the same words for Python code."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from client_shared.catalogue import CATALOGUES, text

LANGUAGES = ("en", "de")


class _Current:
    """Which language the interface speaks: one for the whole process, as Qt's translators are."""

    language = "en"
    translators: tuple[QTranslator, ...] = ()


def system_language() -> str:
    """Return the first of the user's languages that there are words in; English where there is none."""
    for name in QLocale.system().uiLanguages():
        if name[:2] in LANGUAGES:
            return name[:2]
    return "en"


def install_words(language: str | None = None) -> str:
    """Make `qsTrId` and `word` speak `language` (the system's where None); return which it became.

    May be called again at run time; `QQmlEngine.retranslate()` then renews what is shown.
    """
    chosen = language if language in LANGUAGES else system_language()
    for translator in _Current.translators:
        QCoreApplication.removeTranslator(translator)
    # The one installed last is asked first: English answers what the chosen language lacks.
    _Current.translators = tuple(_load(name) for name in dict.fromkeys(("en", chosen)))
    _Current.language = chosen
    QLocale.setDefault(_locale(chosen))
    return chosen


def language() -> str:
    """Return the language that is spoken now."""
    return _Current.language


def word(word_id: str, *args: str, n: int | None = None) -> str:
    """Return a text: `{0}`, `{1}` are filled with `args`, `{n}` with `n`; the id itself where none exists."""
    return text(_Current.language, word_id, *args, n=n)


def _load(name: str) -> QTranslator:
    translator = QTranslator(QCoreApplication.instance())
    path: Path = CATALOGUES / f"parlour_{name}.qm"
    if not translator.load(str(path)):
        raise FileNotFoundError(path)
    QCoreApplication.installTranslator(translator)
    return translator


def _locale(chosen: str) -> QLocale:
    """The system's own locale where it speaks the language (its dates and numbers), else a plain one."""
    system = QLocale.system()
    return system if system.name()[:2] == chosen else QLocale(chosen)
