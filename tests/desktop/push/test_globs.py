"""Glob patterns: what fits, word boundaries, and no text that takes for ever."""

import re
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.push.globs import compile_glob


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("lunc?*", "Lunch plans", True),
        ("lunc?*", "LUNCH", True),
        ("lunc?*", " lunch", False),
        ("lunc?*", "lunc", False),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*b*c", "aXbYc", True),
        ("a*b*c", "aXcYb", False),
        ("a.c", "abc", False),
        ("", "", True),
        ("m.room.message", "m.room.message", True),
    ],
)
def test_whole_texts_fit_as_the_specification_says(pattern: str, text: str, fits: bool) -> None:
    assert compile_glob(pattern).matches(text) is fits


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("ex*ple", "An example event.", True),
        ("ex*ple", "exple", True),
        ("ex*ple", "An exciting triple-whammy", True),
        ("alice", "hey Alice!", True),
        ("alice", "malice", False),
        ("alice", "alice_2", False),
        ("alice", "malice, alice", True),
        ("cake*lie", "cake and no lies", False),
        ("straße", "STRASSE 5", True),
        ("a*x*b", "a b", False),
        ("q*b", "a b", False),
    ],
)
def test_words_of_the_body_fit_as_the_specification_says(pattern: str, text: str, fits: bool) -> None:
    assert compile_glob(pattern).matches_words(text) is fits


def test_many_stars_do_not_take_for_ever() -> None:
    glob = compile_glob("a*" * 50 + "b")
    started = thread_time()
    assert not glob.matches("a" * 60_000)
    assert not glob.matches_words("a " * 30_000)
    assert thread_time() - started < 2


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=8))
def test_globs_mean_what_regular_expressions_of_them_mean(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in pattern)
    assert compile_glob(pattern).matches(text) is (re.fullmatch(expression, text) is not None)


@given(st.text("a b*?", max_size=5), st.text("ab ", max_size=8))
def test_word_globs_mean_what_regular_expressions_of_them_mean(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in pattern)
    found = re.search(rf"(?:^|(?<=[^a-z])){expression}(?=[^a-z]|$)", text)
    assert compile_glob(pattern).matches_words(text) is (found is not None)


def test_names_are_no_patterns() -> None:
    assert compile_glob("a*", literally=True).matches_words("is a* here")
    assert not compile_glob("a*", literally=True).matches_words("is abc here")
