"""The colours can be read and told apart, in both themes."""

from __future__ import annotations

import pytest

from client_desktop.core.text.colors import contrast, mix
from client_shared.sources import read_tokens

TOKENS = read_tokens()
INKS = ("text", "textMuted", "textFaint", "link", "accent", "mention", "danger", "success", "warning")
GROUNDS = ("bg", "surface", "sunken")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half(theme: str) -> None:
    colors = TOKENS[theme]
    pairs = [(ink, ground) for ink in INKS for ground in GROUNDS]
    pairs += [
        ("textMuted", "rail"),
        ("accentText", "accent"),
        ("accentText", "accentHover"),
        ("mentionText", "mention"),
        ("text", "accentSoft"),
        ("accent", "accentSoft"),
        ("mention", "mentionSoft"),
        ("text", "mentionSoft"),
        ("textMuted", "mentionSoft"),
        ("danger", "dangerSoft"),
        ("text", "dangerSoft"),
        ("text", "selection"),
        ("dangerText", "danger"),
    ]
    pairs += [(f"code{part}", "codeBg") for part in ("Keyword", "Name", "String", "Number", "Comment")]
    weak = {pair: round(contrast(colors[pair[0]], colors[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_have_a_contrast_of_three(theme: str) -> None:
    colors = TOKENS[theme]
    for ground in GROUNDS:
        assert contrast(colors["controlBorder"], colors[ground]) >= 3
        assert contrast(colors["focus"], colors[ground]) >= 3


@pytest.mark.parametrize(("theme", "people"), [("light", "people"), ("dark", "peopleDark")])
def test_people_can_be_read_as_names_and_on_their_own_tint(theme: str, people: str) -> None:
    surface = TOKENS[theme]["surface"]
    for color in TOKENS[people]:
        assert contrast(color, surface) >= 4.5
        assert contrast(color, mix(color, TOKENS["layout"]["avatarTint"], surface)) >= 3
        assert contrast(color, mix(color, 0.16, surface)) >= 4.0


def test_themes_have_the_same_colors_and_densities_the_same_measures() -> None:
    assert TOKENS["light"].keys() == TOKENS["dark"].keys()
    assert len(TOKENS["people"]) == len(TOKENS["peopleDark"])
    assert len({tuple(density) for density in TOKENS["density"].values()}) == 1
    assert all(density["listRow"] >= TOKENS["layout"]["hitTarget"] for density in TOKENS["density"].values())
