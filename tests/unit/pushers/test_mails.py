"""Mails about unread messages: when they are sent, and what of a message they show."""

import pytest

from homeserver.pushers.back_off import LONGEST_MS, back_off_ms
from homeserver.pushers.mail_body import MAX_TEXT_LENGTH, html_of, text_of
from homeserver.pushers.mail_schedule import (
    DELAY_MS,
    FIRST_PAUSE_MS,
    FORGOTTEN_MS,
    LONGEST_PAUSE_MS,
    due_ts,
    next_pauses,
)

HTML = "org.matrix.custom.html"
HOUR_MS = 3_600_000


def test_a_mail_waits_for_the_message_to_stay_unread_and_for_its_room_s_pause() -> None:
    assert due_ts([], {}) is None
    assert due_ts([(1, 5_000), (1, 9_000), (2, 4_000)], {}) == 4_000 + DELAY_MS
    assert due_ts([(1, 5_000)], {1: (4_000, HOUR_MS)}) == 4_000 + HOUR_MS
    assert due_ts([(1, 5_000), (2, 6_000)], {1: (4_000, HOUR_MS)}) == 6_000 + DELAY_MS


def test_pauses_grow_up_to_a_day_and_are_forgotten_after_a_while() -> None:
    pause, now_ms, seen = 0, 0, []
    for _ in range(5):
        pause = next_pauses([1], {1: (now_ms, pause)} if pause else {}, now_ms + pause)[1]
        now_ms += pause
        seen.append(pause)
    assert seen[0] == FIRST_PAUSE_MS
    assert seen == sorted(seen)
    assert seen[-1] == seen[-2] == LONGEST_PAUSE_MS
    assert next_pauses([1], {1: (0, pause)}, pause + FORGOTTEN_MS + 1) == {1: FIRST_PAUSE_MS}


def test_back_offs_double_up_to_an_hour() -> None:
    assert [back_off_ms(n) for n in (0, 1, 2)] == [1_000, 2_000, 4_000]
    assert back_off_ms(12) == back_off_ms(10_000) == LONGEST_MS


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<b>bold</b>", "<b>bold</b>"),
        ("<img src=https://spy.example/x.png>seen", "seen"),
        ("<script>steal()</script>text<style>*{}</style>", "text"),
        ("<a href='javascript:steal()'>x</a>", '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<p style='position:fixed' onclick='x()'>p</p>", "<p>p</p>"),
        ("<mx-reply>quoted</mx-reply>answer", "answer"),
        ("</td></table><form action=x>f</form>", "f"),
        ("<b>" * 2_000 + "deep", "deep"),
    ],
)
def test_html_loses_what_acts_loads_or_has_a_look(written: str, shown: str) -> None:
    content = {"msgtype": "m.text", "body": "b", "format": HTML, "formatted_body": written}
    found = html_of("m.room.message", content)
    assert found is not None
    if written.startswith("<b><b>"):  # regression: CVE-2022-31052, deep HTML
        assert found.replace("<b>", "").replace("</b>", "") == shown
    else:
        assert found == shown


def test_what_is_no_text_message_has_no_html_and_every_event_a_text() -> None:
    assert html_of("m.room.message", {"msgtype": "m.image", "format": HTML, "formatted_body": "x"}) is None
    assert html_of("m.room.message", {"msgtype": "m.text", "formatted_body": "x"}) is None
    assert (
        html_of("m.room.message", {"msgtype": "m.text", "format": HTML, "formatted_body": "x" * 9_000})
        is None
    )
    assert text_of("m.room.message", {"body": "one\n\x00two"}) == "one\n two"
    assert text_of("m.room.message", {"msgtype": "m.image", "body": "a.png"}) == "sent an image: a.png"
    assert text_of("m.room.encrypted", {"body": "not shown"}) == "sent an encrypted message"
    assert text_of("org.example", {"body": 7}) == "sent org.example"
    assert len(text_of("m.room.message", {"body": "x" * 5_000})) == MAX_TEXT_LENGTH
