"""Words: one source, three catalogues, and names that cannot break a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from PySide6.QtCore import QCoreApplication, qtTrId

import client_desktop.core
from client_desktop.core.crypto import shields
from client_desktop.core.crypto.decryption import WITHHELD_WORDS
from client_desktop.core.errors import ClientError
from client_desktop.core.values import Shield
from client_desktop.viewmodels.problems import OWN_WORDS
from client_desktop.viewmodels.words import install_words, language, word
from client_shared import sources
from client_shared.catalogue import catalogue, text
from client_shared.sources import LANGUAGES, Words, read_words

REPOSITORY = sources.ROOT.parent


@pytest.fixture
def spoken(qapp: QCoreApplication) -> Iterator[None]:
    yield
    install_words("en")


@pytest.mark.parametrize("spoken_language", LANGUAGES)
@pytest.mark.usefixtures("spoken")
def test_qt_says_the_same_as_python(spoken_language: str) -> None:
    install_words(spoken_language)
    assert language() == spoken_language
    for word_id, entry in catalogue(spoken_language).items():
        if isinstance(entry, dict):
            for count in (0, 1, 2, 21):
                assert _filled(qtTrId(word_id, count)) == _filled(word(word_id, n=count))
        else:
            assert _filled(qtTrId(word_id)) == _filled(entry)


@pytest.mark.usefixtures("spoken")
def test_the_language_changes_at_run_time() -> None:
    install_words("de")
    assert (word("control.close"), qtTrId("control.close")) == ("Schließen", "Schließen")
    install_words("en")
    assert (word("control.close"), qtTrId("control.close")) == ("Close", "Close")
    assert install_words("xx") in LANGUAGES


def test_what_is_filled_in_is_not_looked_at_again() -> None:
    assert text("en", "control.spoilerReason", "{0} %1 {n}") == "Spoiler: {0} %1 {n}"
    assert text("en", "control.unread", n=1) == "1 unread message"
    assert text("de", "control.unread", n=0) == "0 ungelesene Nachrichten"
    assert text("xx", "control.ok") == "OK"
    assert text("en", "no.such.word", "x") == "no.such.word"


@pytest.mark.parametrize(
    ("english", "german", "problem"),
    [
        ({"area.a": "x"}, {}, "de lacks area.a"),
        ({}, {"area.a": "x"}, "only de has area.a"),
        ({"area.a": "{0}"}, {"area.a": "{1}"}, "other placeholders"),
        ({"area.a": {"one": "x", "other": "y"}}, {"area.a": "x"}, "plural in one language only"),
        ({"other.a": "x"}, {"other.a": "x"}, "looks like area."),
        ({"area.a": "%1"}, {"area.a": "%1"}, "placeholders are"),
        ({"area.a": " "}, {"area.a": "x"}, "empty"),
        ({"area.a": 1}, {"area.a": "x"}, "neither"),
        ({"area.a": {"other": "x"}}, {"area.a": "x"}, "plurals are"),
    ],
)
def test_wrong_words_are_told(
    english: dict[str, object],
    german: dict[str, object],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, words in (("en", english), ("de", german)):
        directory = tmp_path / "words" / name
        directory.mkdir(parents=True)
        (directory / "area.json").write_text(json.dumps(words))
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    _, problems = read_words()
    assert any(problem in line for line in problems)


def test_a_file_that_is_no_json_leaves_the_others_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in LANGUAGES:
        directory = tmp_path / "words" / name
        directory.mkdir(parents=True)
        (directory / "area.json").write_text('{"area.a": "x"}')
        (directory / "broken.json").write_text('{"broken.a": "x", "broken.a": "y"}')
        (directory / "worse.json").write_text("{")
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    words, problems = read_words()
    assert words["en"] == {"area.a": "x"}
    assert len(problems) == 4


@pytest.mark.parametrize(
    ("folder", "pattern", "call"),
    [
        ("views", "*.qml", r'(?:qsTrId|Words\.text)\("([^"]+)"'),
        ("viewmodels", "*.py", r'\bword\("([^"]+)"'),
        ("desktop", "*.py", r'\bword\("([^"]+)"'),
    ],
)
def test_every_word_that_is_named_exists(folder: str, pattern: str, call: str) -> None:
    english = read_words()[0]["en"]
    named = {
        (path.name, word_id)
        for path in (REPOSITORY / "client_desktop" / folder).rglob(pattern)
        for word_id in re.findall(call, path.read_text("utf-8"))
    }
    assert {entry for entry in named if not _known(entry[1], english)} == set()


@pytest.mark.parametrize("spoken_language", LANGUAGES)
def test_every_error_of_the_engine_has_a_text(spoken_language: str) -> None:
    for module in walk_packages(client_desktop.core.__path__, f"{client_desktop.core.__name__}."):
        import_module(module.name)
    words = {error.word for error in _errors(ClientError)} | set(OWN_WORDS.values()) | _kept_with_messages()
    assert {f"error.{word}" for word in words} - read_words()[0][spoken_language].keys() == set()


@pytest.mark.parametrize("spoken_language", LANGUAGES)
def test_every_shield_and_whatever_cannot_be_decrypted_has_a_text(spoken_language: str) -> None:
    told = {shield.word for shield in vars(shields).values() if isinstance(shield, Shield)} - {""}
    assert len(told) > 4
    assert {f"shield.{word}" for word in told} - read_words()[0][spoken_language].keys() == set()
    why = {"unknown", "failed", "withheld", "no_key", "key_too_late", *WITHHELD_WORDS.values()}
    for path in (REPOSITORY / "client_desktop" / "core").rglob("*.py"):
        why |= set(re.findall(r'(?:Undecryptable\(|failure_word=)"([^"]+)"', path.read_text("utf-8")))
    assert {f"undecryptable.{word}" for word in why} - read_words()[0][spoken_language].keys() == set()


def _errors(base: type[ClientError]) -> Iterator[type[ClientError]]:
    yield base
    for error in base.__subclasses__():
        yield from _errors(error)


def _kept_with_messages() -> set[str]:
    """Give the words that outbox entries keep for what servers refuse with."""
    source = (REPOSITORY / "client_desktop/core/outbox/errors.py").read_text("utf-8")
    return set(re.findall(r'"M_\w+": "(\w+)"', source)) | {"refused_silently"}


def _known(word_id: str, words: Words) -> bool:
    """A name that ends like a beginning is completed at run time: at least one word begins so."""
    if word_id[-1] in "._":
        return any(known.startswith(word_id) for known in words)
    return word_id in words


def _filled(text: str) -> str:
    """Both spellings of placeholders, as one."""
    return re.sub(r"%(\d)|\{(\d)\}", lambda match: f"<{int(match[1]) - 1 if match[1] else match[2]}>", text)
