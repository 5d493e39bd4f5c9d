"""That what measures the client measures it: a small account, one start of the real client."""

from __future__ import annotations

from pathlib import Path

from benchmarks.desktop.generated_sync import Size, first_sync, later_syncs, room_id
from benchmarks.desktop.measure import StoredAccount
from benchmarks.desktop.report import FIGURES, chosen_scenarios, render_desktop

SMALL = Size(rooms=8, long_timeline=120)


def test_a_start_is_timed_to_the_frame_that_shows_rooms_and_its_memory_is_weighed(tmp_path: Path) -> None:
    figures = StoredAccount(tmp_path, SMALL).run("start")
    assert 0 < figures["loaded_ms"] < figures["first_frame_ms"] < 60_000
    assert figures["rss_mb"] > 50


def test_the_history_comes_whole_and_without_doubles() -> None:
    answers = [first_sync(SMALL), *later_syncs(SMALL, at_once=50)]
    events = [
        event["event_id"]
        for answer in answers
        for event in answer["rooms"]["join"][room_id(0)]["timeline"]["events"]
    ]
    assert len(events) == len(set(events)) == SMALL.long_timeline


def test_names_choose_scenarios() -> None:
    assert chosen_scenarios(()) == chosen_scenarios(("desktop",)) == tuple(FIGURES)
    assert chosen_scenarios(("desktop_burst", "sends")) == ("burst",)
    assert chosen_scenarios(("sends",)) == ()


def test_the_table_says_what_was_aimed_at() -> None:
    table = render_desktop({"start": {"first_frame_ms": 1234.5}})
    assert "1,234.5" in table
    assert "<= 400" in table
    assert render_desktop({}) == ""
