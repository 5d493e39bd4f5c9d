"""Patterns of namespaces never take long, whatever ids they are run on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeserver.appservices.patterns import UnusablePattern, compile_pattern, matches, repeats_repetition


@pytest.mark.parametrize(
    "text",
    [
        "@_irc_.*:example\\.org",
        "@_irc_.*",
        "#(?:freenode|libera)_[^:]*",
        "@(signal|whatsapp)_[0-9a-f]+_?.*:example.org",
        r"@bridge\(.*\)",
        "@[(+*)]+",
        "(?i:@_irc_)[a-z]+",
        "@(?P<net>irc|xmpp)_.{1,20}",
    ],
)
def test_patterns_as_bridges_write_them_are_taken(text: str) -> None:
    assert compile_pattern(text).pattern == text


@pytest.mark.parametrize(
    "text",
    [
        "@(a+)+",
        "@(.*)*x",
        "@((a|b)*c)*",
        "@(?:[a-z]+_?)*:",
        "@(a{2,})+",
        "@(x(?:y+))*",
        "(" * 3 + "a*" + ")" * 3 + "+",
    ],
)
def test_patterns_that_repeat_a_repetition_are_refused(text: str) -> None:
    with pytest.raises(UnusablePattern, match="repeats a repetition"):
        compile_pattern(text)


@pytest.mark.parametrize("text", ["@(", "[", "a" * 1_001])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    with pytest.raises(UnusablePattern):
        compile_pattern(text)


def test_only_what_can_be_an_id_is_matched() -> None:
    pattern = compile_pattern("@_irc_.*")
    assert matches(pattern, "@_irc_" + "a" * 200)
    assert not matches(pattern, "@_irc_" + "a" * 300)
    assert not matches(pattern, "x@_irc_a")


@given(st.text("(a|*+?)[]\\{2,}", max_size=20))
def test_any_text_is_judged(text: str) -> None:
    assert repeats_repetition(text) in (True, False)
