"""Read and check what people wrote: tokens, shortcuts and words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).parent
LANGUAGES = ("en", "de")
PLURAL_FORMS = ("one", "other")

Word: TypeAlias = "str | dict[str, str]"
"""One text, or one per plural form."""
Words: TypeAlias = dict[str, Word]

_PLACEHOLDER = re.compile(r"\{(n|\d)\}")
_QT_PLACEHOLDER = re.compile(r"%(n|L?\d)")
_WORD_ID = re.compile(r"[a-z][A-Za-z]*(\.[A-Za-z0-9_]+)+")


class SourceProblems(Exception):
    """The sources contradict themselves or each other; the message lists every problem."""


def read_tokens() -> dict[str, Any]:
    """Return `tokens.json`."""
    return _read_object(ROOT / "tokens.json")


def read_shortcuts() -> dict[str, dict[str, Any]]:
    """Return `shortcuts.json`: action to its section and keys ("Mod" is Ctrl, or ⌘ on a Mac)."""
    return _read_object(ROOT / "shortcuts.json")


def read_words() -> tuple[dict[str, Words], list[str]]:
    """Return every language's words, and what is wrong with them.

    Wrong is an id that is in one language only, outside its area's file, or whose placeholders differ. Words
    that are wrong in themselves are left out.
    """
    words = {}
    problems: list[str] = []
    for language in LANGUAGES:
        words[language] = _read_language(language, problems)
    for language in LANGUAGES[1:]:
        problems += _differences(words[LANGUAGES[0]], words[language], language)
    return words, problems


def _read_language(language: str, problems: list[str]) -> Words:
    words: Words = {}
    for path in sorted((ROOT / "words" / language).glob("*.json")):
        try:
            entries = _read_object(path)
        except (SourceProblems, ValueError) as problem:
            problems.append(f"{language}/{path.name}: {problem}")
            continue
        for word_id, word in entries.items():
            wrong = _word_problems(word_id, word, path.stem)
            problems += [f"{language}/{path.name}: {word_id}: {problem}" for problem in wrong]
            if not wrong:
                words[word_id] = word
    return words


def _read_object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text("utf-8"), object_pairs_hook=_refuse_duplicates)
    if not isinstance(found, dict):
        raise SourceProblems(f"{path.name}: not an object")
    return found


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise SourceProblems(f"twice: {', '.join(sorted({key for key in keys if keys.count(key) > 1}))}")
    return dict(pairs)


def _word_problems(word_id: str, word: object, area: str) -> list[str]:
    problems = []
    if not _WORD_ID.fullmatch(word_id) or not word_id.startswith(f"{area}."):
        problems.append(f"an id of this file looks like {area}.something")
    if isinstance(word, dict):
        if tuple(word) != PLURAL_FORMS:
            problems.append("plurals are {one, other}")
    elif not isinstance(word, str):
        return [*problems, "neither a text nor plurals"]
    for text in _texts(word):
        if not isinstance(text, str) or not text.strip():
            problems.append("empty")
        elif _QT_PLACEHOLDER.search(text):
            problems.append("placeholders are {0}, {1}, {n}")
    return problems


def _differences(reference: Words, words: Words, language: str) -> list[str]:
    problems = [f"{language} lacks {word_id}" for word_id in reference.keys() - words.keys()]
    problems += [f"only {language} has {word_id}" for word_id in words.keys() - reference.keys()]
    for word_id in reference.keys() & words.keys():
        if isinstance(reference[word_id], dict) != isinstance(words[word_id], dict):
            problems.append(f"{language}: {word_id}: plural in one language only")
        elif _placeholders(reference[word_id]) != _placeholders(words[word_id]):
            problems.append(f"{language}: {word_id}: other placeholders")
    return sorted(problems)


def _placeholders(word: Word) -> set[str]:
    return {name for text in _texts(word) for name in _PLACEHOLDER.findall(text)}


def _texts(word: object) -> list[Any]:
    return list(word.values()) if isinstance(word, Mapping) else [word]
