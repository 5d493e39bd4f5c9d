"""Glob patterns: what they match, and that no pattern and text make the matching slow."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeserver.push.globs import MAX_PATTERN_CHARACTERS, WordText, compile_glob, fold, is_boundary


def matches(pattern: str, text: str) -> bool:
    return compile_glob(pattern).matches(fold(text))


def matches_words(pattern: str, text: str) -> bool:
    return compile_glob(pattern).matches_words(WordText(fold(text)))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("lunc?*", "Lunch plans", True),
        ("lunc?*", "LUNCH", True),
        ("lunc?*", " lunch", False),
        ("lunc?*", "lunc", False),
        ("", "", True),
        ("", "x", False),
        ("*", "", True),
        ("?", "", False),
        ("a*b*c", "abc", True),
        ("a*b*c", "a-c", False),
        ("ab*ba", "aba", False),
        ("a.c", "abc", False),
        ("a*", "a\nb", True),
        ("STRASSE", "straße", True),
    ],
)
def test_a_pattern_matches_the_whole_text(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("ex*ple", "An example event.", True),
        ("ex*ple", "exple", True),
        ("ex*ple", "An exciting triple-whammy", True),
        ("ex*ple", "An examplenary event", False),
        ("ex*ple", "inexample", False),
        ("cake", "the cake.", True),
        ("cake", "cakes", False),
        ("cake", "cake_1", False),
        ("cake", "кcakeк", True),
        ("cake", "cakes or cake", True),
        ("c?ke", "coke zero", True),
        ("c?ke", "cokes, then cake", True),
        ("c?ke", "cokes", False),
        ("*cake", "pancake", True),
        ("ca*", "cakes", True),
        ("*", "", True),
        ("foo", "", False),
        ("tea time", "It's tea time.", True),
        ("tea time", "It's tea timer.", False),
        ("\ue001a", "a", False),
        ("#foo", "x#foo", True),
        ("@room", "hello @room!", True),
    ],
)
def test_a_pattern_matches_words_of_the_body(pattern: str, text: str, expected: bool) -> None:
    assert matches_words(pattern, text) is expected


PATTERNS = st.text("ab_-*?", max_size=8)
TEXTS = st.text("ab_- ", max_size=12)


@given(PATTERNS, TEXTS)
@settings(max_examples=400, deadline=None)
def test_matching_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    regex = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    assert matches(pattern, text) == (re.fullmatch(regex, text, re.DOTALL) is not None)
    boundary = is_boundary(text)
    places = [place for place in range(len(text) + 1) if boundary(place)]
    assert matches_words(pattern, text) == any(
        re.fullmatch(regex, text[start:end], re.DOTALL) for start in places for end in places if start <= end
    )


def seconds(pattern: str, text: str) -> float:
    glob, folded = compile_glob(pattern), fold(text)
    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        glob.matches(folded)
        glob.matches_words(WordText(folded))
        best = min(best, time.perf_counter() - begun)
    return best


NASTY = st.lists(st.sampled_from(["a*", "*a", "?", "a?", "*", "ab", "a"]), min_size=1, max_size=100)


@given(NASTY)
@settings(max_examples=30, deadline=None)
def test_no_pattern_makes_matching_a_long_text_slow(parts: list[str]) -> None:
    """CVE-2021-29471. Linear matching takes some 30 ms here, backtracking would take years."""
    pattern = "".join(parts)[:MAX_PATTERN_CHARACTERS] + "!"
    assert seconds(pattern, "a" * 60_000) < 2
