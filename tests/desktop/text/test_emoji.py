from __future__ import annotations

import pytest

from client_desktop.core.text.emoji import (
    by_shortcode,
    emoji_groups,
    find_emoji,
    only_emoji,
    replace_shortcodes,
)


@pytest.mark.parametrize(
    "text", ["🎉", "👋🏽 🎉", "👩‍🚀", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "1️⃣", "☺️", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🤷🏿‍♀️", "🎉" * 12, "🏳️‍🌈", "❤"]
)
def test_emoji_alone_are_large(text: str) -> None:
    assert only_emoji(text)


@pytest.mark.parametrize(
    "text", ["", "  ", "a", "🎉!", "ok 🎉", "12", "#", "©", "🎉" * 13, "🎉" * 9_999, "\u200d", "\ufe0f"]
)
def test_anything_else_is_not(text: str) -> None:
    assert not only_emoji(text)


def test_every_emoji_of_the_picker_is_one() -> None:
    every = [
        text for group in emoji_groups("en") for emoji in group.emoji for text in (emoji.text, *emoji.tones)
    ]
    assert len(every) > 3_000
    assert [text for text in every if not only_emoji(text)] == []


def test_words_of_the_language_find_them() -> None:
    assert find_emoji("wave", "en")[0].text == "👋"
    assert "🎉" in [emoji.text for emoji in find_emoji("tada", "de")]
    assert "🐕️" in [emoji.text for emoji in find_emoji("hund", "de")]
    assert "🐕️" not in [emoji.text for emoji in find_emoji("hund", "en")]
    assert find_emoji(":", "en") == ()
    assert len(find_emoji("a", "en", 7)) == 7


def test_groups_are_named_in_the_language() -> None:
    assert [group.name for group in emoji_groups("de")][:2] == ["Smileys & Emotionen", "Menschen & Körper"]
    assert emoji_groups("xx")[0].name == "Smileys & emotion"
    assert all(len(emoji.tones) in {0, 5} for group in emoji_groups("en") for emoji in group.emoji)


def test_shortcodes_become_emoji() -> None:
    assert by_shortcode(":tada:") == "🎉"
    assert by_shortcode("nope") is None
    assert (
        replace_shortcodes("a :tada: at 12:30:45 :nope: http://x:80:tada:")
        == "a 🎉 at 12:30:45 :nope: http://x:80:tada:"
    )


def test_shortcodes_in_code_stay_what_they_are() -> None:
    assert replace_shortcodes("say `:tada:` for :tada:") == "say `:tada:` for 🎉"
    assert replace_shortcodes("```\n:tada:\n```\n:tada:") == "```\n:tada:\n```\n🎉"
    assert replace_shortcodes("```\n:tada:") == "```\n:tada:"


def test_a_picture_of_the_rooms_own_keeps_its_shortcode() -> None:
    assert replace_shortcodes("an ![:owl:](mxc://x/y) :owl:") == "an ![:owl:](mxc://x/y) 🦉"
