"""That what measures the client measures it: a small account, one start of the real client."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageGrab

from benchmarks.desktop import beside
from benchmarks.desktop.findings import Findings
from benchmarks.desktop.generated_sync import Size, first_sync, later_syncs, room_id
from benchmarks.desktop.measure import StoredAccount, measure_desktop
from benchmarks.desktop.report import FIGURES, chosen_scenarios, render_desktop
from benchmarks.desktop.screen import SIZE, Screen

SMALL = Size(rooms=8, long_timeline=120)


def test_a_start_is_timed_to_the_frame_that_shows_rooms_and_its_memory_is_weighed(tmp_path: Path) -> None:
    figures = StoredAccount(tmp_path, SMALL).run("start")
    assert 0 < figures["loaded_ms"] < figures["first_frame_ms"] < 60_000
    assert figures["first_frame_ms"] < figures["ready_ms"]
    assert figures["rss_mb"] > 50


def test_the_history_comes_whole_and_without_doubles() -> None:
    answers = [first_sync(SMALL), *later_syncs(SMALL, at_once=50)]
    events = [
        event["event_id"]
        for answer in answers
        for event in answer["rooms"]["join"][room_id(0)]["timeline"]["events"]
    ]
    assert len(events) == len(set(events)) == SMALL.long_timeline


def test_what_nheko_needs_and_is_not_there_leaves_it_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    findings = Findings()
    measure_desktop(("nheko",), SMALL, 1, findings)
    assert findings.figures == {}
    assert "nheko, Xvfb" in capsys.readouterr().err
    assert "nheko, Xvfb" in render_desktop(findings)


def test_a_client_that_ends_by_itself_has_a_second_try_and_is_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aborted = subprocess.Popen(["sh", "-c", "exit 134"])
    aborted.wait()

    @contextmanager
    def no_screen() -> Iterator[Screen]:
        yield Screen(":0")

    started: list[str] = []

    def start(contestant: beside.Contestant, display: str) -> subprocess.Popen[bytes]:
        started.append(display)
        return aborted

    monkeypatch.setattr(beside, "running_screen", no_screen)
    monkeypatch.setattr(beside.Contestant, "start", start)
    with pytest.raises(ChildProcessError, match="ended with status 134"):
        beside.time_starts(beside.Contestant([], {}, tmp_path / "log"), 1)
    assert len(started) == 2


def test_what_failed_stands_in_the_table_beside_all_that_was_measured() -> None:
    findings = Findings()
    findings.found("nheko", {"parlour_idle_mb": 171.0})
    findings.failed("nheko", "nheko: ended with status 134")
    table = render_desktop(findings)
    assert "171.0" in table
    assert "nheko: ended with status 134" in table


def test_rooms_are_seen_by_their_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Image.new("RGB", SIZE, "white")
    monkeypatch.setattr(ImageGrab, "grab", lambda xdisplay: picture)
    screen = Screen(":0")
    assert not screen.window_is_there()
    draw = ImageDraw.Draw(picture)
    for row in range(4):
        draw.text((90, 120 + 50 * row), "Hut", fill="black")
    assert screen.window_is_there()
    assert not screen.rooms_are_there()
    draw.text((90, 420), "Hut", fill="black")
    assert screen.rooms_are_there()


def test_names_choose_scenarios() -> None:
    assert chosen_scenarios(()) == chosen_scenarios(("desktop",)) == tuple(FIGURES)
    assert chosen_scenarios(("desktop_burst", "sends")) == ("burst",)
    assert chosen_scenarios(("sends",)) == ()


def test_the_table_says_what_was_aimed_at() -> None:
    findings = Findings()
    findings.found("start", {"first_frame_ms": 1234.5, "first_frame_cpu_ms": 1000.0, "ready_ms": 2000.0})
    table = render_desktop(findings)
    assert "1,234.5" in table
    assert "<= 400" in table
    assert render_desktop(Findings()) == ""
