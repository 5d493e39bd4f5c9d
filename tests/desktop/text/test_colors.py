from __future__ import annotations

from client_desktop.core.text.colors import contrast, mix, person_color, person_index


def test_a_person_has_the_same_color_everywhere() -> None:
    # The QML theme and the web client have to give the same.
    ids = [
        "@alice:example.org",
        "@bob:example.org",
        "!hut:example.org",
        "@zoë:example.org",
        "@👩‍🚀:example.org",
        "",
    ]
    assert [person_index(identifier) for identifier in ids] == [5, 2, 1, 5, 1, 5]
    assert person_color("@alice:example.org", dark=False) != person_color("@alice:example.org", dark=True)


def test_colors_are_spread() -> None:
    counts = [0] * 8
    for number in range(800):
        counts[person_index(f"@user{number}:example.org")] += 1
    assert min(counts) > 50


def test_contrast_is_what_wcag_says() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 1) == 21
    assert contrast("#777777", "#777777") == 1
    assert mix("#000000", 0.5, "#FFFFFF") == "#808080"
