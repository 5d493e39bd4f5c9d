"""Words about times and sizes, blurhash, emoji lines, files that wait, typing notices."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QDateTime, QSize, QTime, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.values import ItemKind
from client_desktop.viewmodels.attachments import AttachmentsModel
from client_desktop.viewmodels.blurhash import BlurhashProvider, NotBlurhash, decode
from client_desktop.viewmodels.emoji import EmojiModel
from client_desktop.viewmodels.link_previews import preview_info
from client_desktop.viewmodels.message_text import text_blocks
from client_desktop.viewmodels.time_text import ago_text, day_text, duration_text, list_time_text, size_text
from client_desktop.viewmodels.typing_notice import TypingNotice
from tests.desktop.viewmodels.values import a_message

TODAY = QDate(2024, 5, 31)


def noon(days_ago: int) -> int:
    return QDateTime(TODAY.addDays(-days_ago), QTime(12, 0)).toMSecsSinceEpoch()


@pytest.mark.parametrize(("days", "text"), [(0, "Today"), (1, "Yesterday"), (2, "Wednesday"), (20, "11 May")])
def test_days_are_named_as_people_name_them(qtbot: QtBot, days: int, text: str) -> None:
    assert day_text(noon(days), TODAY) == text


def test_a_list_says_the_time_the_weekday_or_the_date(qtbot: QtBot) -> None:
    assert "12" in list_time_text(noon(0), TODAY)
    assert list_time_text(noon(3), TODAY) == "Tue"
    assert "24" in list_time_text(noon(30), TODAY)
    assert list_time_text(0, TODAY) == ""


def test_absurd_times_do_no_harm(qtbot: QtBot) -> None:
    assert day_text(2**70, TODAY)
    assert day_text(-(2**70), TODAY)


def test_how_long_ago_durations_and_sizes(qtbot: QtBot) -> None:
    assert ago_text(1_000_000, 1_030_000) == "just now"
    assert ago_text(0, 5 * 60_000) == "5 min ago"
    assert ago_text(0, 3 * 3_600_000) == "3 hours ago"
    assert [duration_text(ms) for ms in (None, 0, 65_000, 3_600_000)] == ["", "0:00", "1:05", "1:00:00"]
    assert [size_text(size) for size in (None, -1, 10)] == ["", "", "10 bytes"]


def test_a_blurhash_becomes_a_picture() -> None:
    pixels = decode("LEHV6nWB2yk8pyo0adR*.7kCMdnj")
    assert len(pixels) == 16 * 16 * 3
    assert len(set(pixels)) > 10


@pytest.mark.parametrize("blurhash", ["", "x", "LEHV6", "LEHV6nWB2yk8pyo0adR*.7kCMdn", "ü" * 28, "~" * 500])
def test_what_is_no_blurhash_is_no_picture(qtbot: QtBot, blurhash: str) -> None:
    with pytest.raises(NotBlurhash):
        decode(blurhash)
    assert BlurhashProvider().requestImage(blurhash, QSize(), QSize()).isNull()


def test_emoji_come_in_lines_and_those_used_last_first(qtbot: QtBot) -> None:
    model = EmojiModel()
    model.used("🦉")
    model.begin(9)
    rows = model._rows.rows
    assert rows[0].title == "Recent"
    assert rows[1].emoji[0].text == "🦉"
    assert max(len(row.emoji) for row in rows) == 9
    assert model._rows.rows[model.rowOf("food-drink")].title == "Food & drink"
    model.setWords("tada")
    assert model.property("first") == "🎉"
    model.setWords("nothing fits this")
    assert model.property("first") == ""


def test_files_are_listed_once_and_folders_not_at_all(qtbot: QtBot, tmp_path: Path) -> None:
    file = tmp_path / "note.txt"
    file.write_text("hello")
    model = AttachmentsModel()
    url = QUrl.fromLocalFile(str(file)).toString()
    model.add([url, url, QUrl.fromLocalFile(str(tmp_path)), "https://example.org/x.png", "file:///gone"])
    (waiting,) = model.files
    assert (waiting.name, waiting.kind, waiting.size_text) == ("note.txt", "file", "5 bytes")
    model.remove(0)
    assert model.files == ()


def test_a_pasted_picture_waits_as_a_file(qtbot: QtBot) -> None:
    model = AttachmentsModel()
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFF0000)
    QGuiApplication.clipboard().setImage(image)
    assert model.paste() is True
    path = Path(model.files[0].path)
    assert path.is_file()
    model.close()
    assert not path.exists()
    QGuiApplication.clipboard().setText("words")
    assert model.paste() is False


def test_typing_is_told_once_and_its_end_too(qtbot: QtBot) -> None:
    told: list[bool] = []
    notice = TypingNotice(told.append)
    for _ in range(5):
        notice.tell(True)
    notice.tell(False)
    notice.tell(False)
    assert told == [True, False]


def test_what_somebody_does_begins_with_their_name() -> None:
    item = a_message("1", "bob", kind=ItemKind.EMOTE, body="waves", html="waves <b>hard</b>")
    (block,) = text_blocks(item, Surroundings())
    assert block["text"] == "* bob waves hard"
    assert block["html"].startswith("* bob waves <b>")


def test_an_edited_message_that_ends_in_code_has_room_to_say_so() -> None:
    code = a_message("1", body="x", html="<pre><code>x</code></pre>", edited=True)
    assert [block["kind"] for block in text_blocks(code, Surroundings())] == ["code", "paragraph"]


def test_a_preview_shows_bounded_lines_and_no_picture_of_the_web() -> None:
    info = preview_info({"og:title": "x" * 999 + "\n", "og:image": "https://evil/x.png", "og:description": 3})
    assert len(info["title"]) <= 120
    assert (info["image"], info["text"]) == ("", "")
