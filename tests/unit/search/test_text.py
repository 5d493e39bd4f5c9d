"""What is found by what: folding, splitting, grams."""

import pytest

from homeserver.search.text import (
    MAX_NEEDLES,
    Needle,
    fold,
    grams_of_needles,
    grams_of_words,
    indexed_words,
    needles_of,
    split,
)


def finds(term: str, text: str) -> bool:
    """Do what the database does: ask the index for grams, then the words for the needles."""
    words, needles = indexed_words(text), needles_of(term)
    is_there = all(needle.folded in words for needle in needles)
    if is_there:  # an index that leaves out what is there loses it
        assert set(grams_of_needles(needles)) <= set(grams_of_words(words))
    return bool(needles) and is_there


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("schifffahrt", "Die Donauschifffahrtsgesellschaft"),
        ("STRASSE", "Hauptstraße 7"),
        ("cafe", "Treffen im Café"),
        ("Café", "treffen im cafe"),
        ("天安门", "我爱北京天安门。"),
        ("京", "我爱北京天安门"),
        ("東京", "明日東京タワーへ行く"),
        ("タワー", "明日東京ﾀﾜｰへ行く"),
        ("がっこう", "がっこうに行く"),
        ("학교", "학교에서 만나요"),
        ("ไทย", "ภาษาไทยยากไหม"),
        ("ёлка", "Елка стоит"),
        ("a", "an apple"),
        ("matrix.org", "see https://matrix.org/blog for more"),
        ('"quick brown"', "The quick, brown fox"),
        ("fox quick", "The quick brown fox"),
        ("🎉", "Yay 🎉🎉"),
        ("2024", "im Jahr 2024年"),
        ("o'clock", "at five o'clock"),
    ],
)
def test_a_text_is_found_by_its_parts(term: str, text: str) -> None:
    assert finds(term, text)


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("pp", "an apple"),  # two letters are the beginning of a word
        ("brown quick\u200b red", "quick brown"),
        ('"brown quick"', "quick brown"),
        ("北天", "我爱北京天安门"),
        ("かっこう", "がっこうに行く"),  # another word, not the same without an accent
        ("!?", "!?"),
        ("", "anything"),
    ],
)
def test_a_text_is_not_found_by_what_it_does_not_hold(term: str, text: str) -> None:
    assert not finds(term, text)


def test_folding_is_done_once_for_all() -> None:
    for text in ("Ǻngström", "ΆΣ", "ﬁsh", "Ⅷ", "İstanbul", "한국어", "\u0301"):
        assert fold(fold(text)) == fold(text)


def test_words_are_split_where_a_script_begins() -> None:
    assert split("Matrix的server_name v1.19") == ["matrix", "的", "server", "name", "v1", "19"]


def test_what_is_asked_for_twice_counts_once_and_too_much_is_cut_off() -> None:
    assert needles_of("One one ONE") == [Needle("One", "one")]
    assert len(needles_of(" ".join(f"word{n}" for n in range(100)))) == MAX_NEEDLES
