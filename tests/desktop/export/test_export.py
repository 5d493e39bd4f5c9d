"""A room's history as files."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from client_desktop.core.changes import ExportChanged
from client_desktop.core.errors import Cancelled, NetworkUnavailable, NotAllowed
from client_desktop.core.export import ExportFormat, ExportOptions, ExportResult, Exports
from client_desktop.core.values import Media
from tests.desktop.timeline.world import CAROL, ME, ROOM, START_MS, World

HOSTILE = "<script>alert(1)</script>"


class Files:
    """Files of messages: one that exists, the others do not."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "source.bin"
        self.path.write_bytes(b"data")
        self.waiting: asyncio.Event | None = None
        self.asked = asyncio.Event()

    async def fetch_file(self, media: Media) -> Path:
        self.asked.set()
        if self.waiting is not None:
            await self.waiting.wait()
        if media.url != "mxc://x/here":
            raise NetworkUnavailable("gone")
        return self.path


def picture(url: str, name: str) -> dict[str, str]:
    return {"msgtype": "m.image", "body": name, "url": url}


def fill(world: World) -> None:
    poll = {
        "m.poll": {
            "question": {"m.text": [{"body": "Tea?"}]},
            "kind": "m.disclosed",
            "answers": [
                {"m.id": "y", "m.text": [{"body": "Yes"}]},
                {"m.id": "n", "m.text": [{"body": "No"}]},
            ],
        }
    }
    vote = world.related("m.reference", "$poll", "m.poll.response", CAROL, **{"m.selections": ["y"]})
    html = f"<b>bold</b><img src='mxc://x/e' alt=':cat:'>{HOSTILE}"
    rich = {"msgtype": "m.text", "body": "b", "format": "org.matrix.custom.html", "formatted_body": html}
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": "$a"}}, "msgtype": "m.emote", "body": "nods"}
    world.sync(
        world.state("m.room.name", {"name": HOSTILE}),
        world.text(HOSTILE, event_id="$a"),
        world.reaction("$a", "👍"),
        world.edit("$a", f"{HOSTILE} edited"),
        world.event(rich),
        world.event(reply),
        world.encrypted(world.text("was secret", event_id="$secret")),
        world.encrypted(world.text("still secret"), readable=False),
        world.text("regretted", event_id="$gone"),
        world.redaction("$gone"),
        world.event(picture("mxc://x/here", "../../cat.png")),
        world.event(picture("mxc://x/missing", "dog.png")),
        world.event(poll, "m.poll.start", event_id="$poll"),
        vote,
        world.event({"msgtype": "m.location", "body": "here", "geo_uri": "geo:1,2"}),
        world.reply_in("$a", "threaded"),
    )


async def export(world: World, folder: Path, options: ExportOptions) -> ExportResult:
    files = Files(folder)
    exports = Exports(world.timelines, files, lambda room_id: f"Room {HOSTILE}")
    number = exports.start(ROOM, folder / "out", options)
    return await exports.result(number)


async def test_page_shows_everything_and_runs_nothing(world: World, tmp_path: Path) -> None:
    fill(world)
    result = await export(world, tmp_path, ExportOptions(from_server=False))
    page = result.path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "mxc://" not in page
    assert "default-src 'none'" in page
    for shown in (
        "&lt;script&gt;alert(1)&lt;/script&gt; edited",
        "<b>bold</b>:cat:",
        "* Bob nods",
        "was secret",
        "This message could not be decrypted",
        "Message removed",
        "👍 1",
        "Tea?",
        "Yes (1 vote)",
        "geo:1,2",
        "threaded",
        "The file dog.png could not be saved",
    ):
        assert shown in page, shown
    assert "still secret" not in page
    assert "regretted" not in page
    assert (result.files, result.missing_files, result.complete) == (1, 1, True)


async def test_files_lie_beside_the_page_under_harmless_names(world: World, tmp_path: Path) -> None:
    fill(world)
    await export(world, tmp_path, ExportOptions(from_server=False))
    (saved,) = (tmp_path / "out" / "files").iterdir()
    assert saved.name.startswith("00001-")
    assert "/" not in saved.name
    assert saved.read_bytes() == b"data"


async def test_document_is_json_and_decrypted(world: World, tmp_path: Path) -> None:
    fill(world)
    result = await export(world, tmp_path, ExportOptions(ExportFormat.JSON, from_server=False))
    document = json.loads(result.path.read_text(encoding="utf-8"))
    events = {event["event_id"]: event for event in document["events"]}
    assert (document["room_id"], len(events)) == (ROOM, 16)
    assert events["$secret"]["content"]["body"] == "was secret"
    assert events["$secret"]["decrypted"] is True
    assert events["$gone"]["content"] == {}
    pictures = [event for event in document["events"] if "files" in event]
    assert pictures[0]["files"][0].startswith("files/00001-")


async def test_times_bound_what_is_written(world: World, tmp_path: Path) -> None:
    world.sync(*(world.text(f"m{number}") for number in range(5)))
    first = START_MS + 6 * 1000
    options = ExportOptions(
        ExportFormat.JSON, after_ms=first + 1000, before_ms=first + 3000, from_server=False, with_files=False
    )
    result = await export(world, tmp_path, options)
    bodies = [event["content"]["body"] for event in json.loads(result.path.read_text())["events"]]
    assert bodies == ["m1", "m2"]


async def test_german_pages_speak_german(world: World, tmp_path: Path) -> None:
    fill(world)
    result = await export(world, tmp_path, ExportOptions(from_server=False, language="de"))
    assert "Nachricht entfernt" in result.path.read_text(encoding="utf-8")


async def test_export_can_be_stopped(world: World, tmp_path: Path) -> None:
    fill(world)
    told: list[ExportChanged] = []
    world.changes.listen(ExportChanged, told.append)  # type: ignore[arg-type]
    files = Files(tmp_path)
    files.waiting = asyncio.Event()
    exports = Exports(world.timelines, files, str)
    number = exports.start(ROOM, tmp_path / "out", ExportOptions(from_server=False))
    await files.asked.wait()
    exports.cancel(number)
    with pytest.raises(Cancelled):
        await exports.result(number)
    assert (told[-1].finished, told[-1].error_word, told[-1].account) == (True, "cancelled", ME)


async def test_progress_is_told(world: World, tmp_path: Path) -> None:
    world.sync(*(world.text(f"m{number}") for number in range(450)))
    told: list[ExportChanged] = []
    world.changes.listen(ExportChanged, told.append)  # type: ignore[arg-type]
    await export(world, tmp_path, ExportOptions(from_server=False))
    await asyncio.sleep(0)
    assert [change.messages for change in told] == [200, 400, 450, 450]
    assert told[-1].finished


async def test_folder_that_cannot_be_made_is_said_plainly(world: World, tmp_path: Path) -> None:
    world.sync(world.text("x"))
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(NotAllowed):
        await export(world, tmp_path, ExportOptions(from_server=False))


async def test_without_the_server_what_is_here_is_written(world: World, tmp_path: Path) -> None:
    world.sync(world.text("x"), limited=True)
    result = await export(world, tmp_path, ExportOptions())
    assert not result.complete
    assert result.messages == 1


async def test_closing_stops_what_runs(world: World, tmp_path: Path) -> None:
    fill(world)
    files = Files(tmp_path)
    files.waiting = asyncio.Event()
    exports = Exports(world.timelines, files, str)
    exports.start(ROOM, tmp_path / "out", ExportOptions(from_server=False))
    await asyncio.sleep(0)
    await exports.close()
