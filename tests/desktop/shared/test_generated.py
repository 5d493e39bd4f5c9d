"""What is generated is what the sources say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from client_shared.generate import GENERATED, main, make_all, stale_files
from client_shared.importers import web_icons
from client_shared.importers.logo import DIGEST, SIZES, SOURCE, source_digest
from client_shared.sources import ROOT, read_shortcuts, read_tokens, read_words

VIEWS = ROOT.parent / "client_desktop" / "views"


def test_no_generated_file_is_stale_and_no_word_is_wrong() -> None:
    made, problems = make_all()
    assert problems == []
    assert stale_files(made) == []


def test_a_changed_source_makes_files_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(stale_files(make_all()[0]))
    monkeypatch.setattr("client_shared.generate.read_tokens", _with_other_accent)
    after = set(stale_files(make_all()[0]))
    assert {path.name for path in after - before} == {"Tokens.qml", "tokens.css"}


def test_checking_writes_nothing_and_says_what_is_stale(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = ROOT / "absent" / "made.txt"
    monkeypatch.setattr("client_shared.generate.make_all", lambda: ({fresh: b"x"}, []))
    assert main(["--check"]) == 1
    assert not fresh.exists()
    assert "stale: client_shared/absent/made.txt" in capsys.readouterr().out


def test_wrong_words_are_told_and_fail_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("client_shared.generate.make_all", lambda: ({}, ["de lacks area.a"]))
    assert main(["--check"]) == 1
    assert main([]) == 1
    assert "wrong: de lacks area.a" in capsys.readouterr().err


def test_pictures_of_the_logo_are_drawn_from_it() -> None:
    for size in SIZES:
        with Image.open(SOURCE.with_name(f"parlour-{size}.png")) as picture:
            assert picture.size == (size, size)
            assert picture.info[DIGEST] == source_digest(), "run: python -m client_shared.importers.logo"
    with Image.open(SOURCE.with_suffix(".ico")) as icon:
        assert (16, 16) in icon.info["sizes"]


def test_pictures_for_browsers_are_drawn_from_the_logo() -> None:
    for name, (_, size) in web_icons.pictures().items():
        with Image.open(web_icons.ASSETS / name) as picture:
            assert picture.size == (size, size)
            assert picture.info[DIGEST] == source_digest(), "run: python -m client_shared.importers.web_icons"
    assert (web_icons.ASSETS / "icon.svg").read_bytes() == SOURCE.read_bytes()


def test_css_has_both_themes_and_every_density() -> None:
    css = (GENERATED / "tokens.css").read_text("utf-8")
    assert css.count("--color-accent: #2F6B5B") == 1
    assert css.count("--color-accent: #7CC4AE") == 2
    assert "--color-hover: #1F1D1A0D" in css
    assert all(f'data-density="{density}"' in css for density in ("compact", "cosy", "roomy"))
    assert css.count("{") == css.count("}")


def test_every_shortcut_is_explained_and_no_two_of_one_place_share_keys() -> None:
    words, _ = read_words()
    shortcuts = read_shortcuts()
    used: dict[tuple[str, str], list[str]] = {}
    for action, entry in shortcuts.items():
        assert f"shortcut.{action}" in words["en"]
        assert f"shortcut.section.{entry['section']}" in words["en"]
        for platform in ("keys", "mac", "web"):
            for keys in entry.get(platform, entry["keys"]):
                used.setdefault((platform, keys), []).append(action)
    twice = {place: actions for place, actions in used.items() if len(actions) > 1}
    # Escape leaves what is being written first, and marks the room read then.
    assert {tuple(actions) for actions in twice.values()} <= {("markRead", "cancel")}


def test_every_icon_that_a_view_names_is_there() -> None:
    there = {path.stem for path in (ROOT / "icons" / "lucide").glob("*.svg")}
    named = {name for path in VIEWS.rglob("*.qml") for name in _icon_names(path)}
    assert named - there == set()


@pytest.mark.parametrize("name", ["Inter-OFL.txt", "JetBrainsMono-OFL.txt"])
def test_fonts_come_with_their_licence(name: str) -> None:
    assert "SIL OPEN FONT LICENSE" in (ROOT / "fonts" / name).read_text("utf-8").upper()
    assert (ROOT / "icons" / "lucide" / "LICENSE").read_text("utf-8").startswith("ISC License")
    assert "MIT" in (ROOT / "emoji-LICENSE").read_text("utf-8")


def _icon_names(path: Path) -> set[str]:
    """Names behind `iconName:` or an Icon's `name:`; what is only compared with is none."""
    source = re.sub(r'[=!]==? "[^"]*"', "", path.read_text("utf-8"))
    values = re.findall(r"(?:\biconName:|\bIcon\s*\{[^}\n]*\bname:)([^\n;}]*)", source)
    return {name for value in values for name in re.findall(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"', value)}


def _with_other_accent() -> dict[str, object]:
    tokens = read_tokens()
    tokens["light"]["accent"] = "#123456"
    return tokens
