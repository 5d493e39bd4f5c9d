"""Files go up first, once, with progress; in encrypted rooms nothing of them is readable."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from client_desktop.core.api import Api, FixedToken
from client_desktop.core.changes import TransferChanged
from client_desktop.core.crypto.attachments import decrypt_attachment
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.media.describe import FileHints
from client_desktop.core.media.errors import FileGone, MediaTooLarge
from client_desktop.core.media.uploads import upload_file
from client_desktop.core.values import SendState
from tests.desktop.clients import Heard
from tests.desktop.outbox.conftest import Desk
from tests.desktop.outbox.test_send_queue import all_sent, until


def noise(path: Path, width: int = 1000, height: int = 800) -> Path:
    Image.effect_noise((width, height), 90).convert("RGB").save(path)
    return path


async def downloaded(desk: Desk, mxc: str) -> bytes:
    answer = await desk.plain.get(f"/_matrix/client/v1/media/download/{mxc.removeprefix('mxc://')}")
    answer_body = answer.body
    assert answer.status == 200
    return answer_body


async def test_a_picture_arrives_with_all_that_is_known_of_it(
    desk: Desk, room_id: str, tmp_path: Path
) -> None:
    path = noise(tmp_path / "photo.png")
    with Heard(desk.changes, TransferChanged) as transfers:
        sent = await desk.outbox.send_file(room_id, path, caption="Look at **this**", spoiler=True)
        (echo,) = desk.outbox.pending(room_id)
        assert echo.content["url"].startswith("file:")
        assert echo.content["info"]["thumbnail_url"].startswith("file:")
        original = path.read_bytes()
        path.unlink()  # whatever becomes of the original: a copy waits
        await until(desk.changes, all_sent(desk.outbox, room_id))
    (event,) = await desk.said(room_id)
    content = event["content"]
    assert content["msgtype"] == "m.image"
    assert (content["filename"], content["body"]) == ("photo.png", "Look at **this**")
    info = content["info"]
    assert (info["w"], info["h"], info["mimetype"], info["size"]) == (1000, 800, "image/png", len(original))
    assert len(info["xyz.amorgan.blurhash"]) > 6
    assert (info["thumbnail_info"]["w"], info["thumbnail_info"]["h"]) == (750, 600)
    assert content["page.codeberg.everypizza.msc4193.spoiler"] is True
    assert await downloaded(desk, content["url"]) == original
    assert (await downloaded(desk, info["thumbnail_url"])).startswith(b"\xff\xd8")
    told = [change.transfer for change in transfers.all]
    assert {transfer.transfer_id for transfer in told} == {sent}
    assert told[-1].finished
    assert told[-1].done_bytes == told[-1].total_bytes
    desk.outbox.remote_echo(room_id, sent, event["event_id"])
    await desk.outbox.close()
    assert not list((tmp_path / "desk" / "outbox").iterdir())


class Readable:
    """An encryption whose events can be read, so that a test sees what was to be hidden."""

    def is_encrypted(self, room_id: str) -> bool:
        return True

    async def encrypt(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> tuple[str, JsonObject]:
        return "org.example.sealed", {"inner": dict(content)}


async def test_in_an_encrypted_room_the_file_is_encrypted_too(
    desk: Desk, room_id: str, tmp_path: Path
) -> None:
    outbox = await desk.open(Readable())
    path = noise(tmp_path / "secret plan.png")
    await outbox.send_file(room_id, path)
    await until(desk.changes, all_sent(outbox, room_id))
    (event,) = await desk.said(room_id)
    content = event["content"]["inner"]
    assert "url" not in content
    assert "thumbnail_url" not in content["info"]
    sealed = await downloaded(desk, content["file"]["url"])
    assert decrypt_attachment(sealed, content["file"]) == path.read_bytes()
    small = decrypt_attachment(
        await downloaded(desk, content["info"]["thumbnail_file"]["url"]), content["info"]["thumbnail_file"]
    )
    assert Image.open(io.BytesIO(small)).size == (750, 600)
    headers = await desk.plain.get(
        f"/_matrix/client/v1/media/download/{content['file']['url'].removeprefix('mxc://')}"
    )
    assert "secret" not in headers.headers.get("Content-Disposition", "")
    assert headers.headers["Content-Type"] == "application/octet-stream"


async def test_an_upload_goes_up_once_even_if_the_event_has_to_wait(
    desk: Desk, room_id: str, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    path = tmp_path / "notes.txt"
    lost = "!nowhere:example.org"
    txn_id = await desk.outbox.send_file(lost, path)
    await until(desk.changes, lambda: desk.outbox.items(lost)[0].state is SendState.FAILED)
    (file,) = desk.outbox._queue.files(txn_id)
    assert file.url is not None
    outbox = await desk.open()
    outbox.retry(txn_id)
    await until(desk.changes, lambda: outbox.items(lost)[0].state is SendState.SENDING)
    await until(desk.changes, lambda: outbox.items(lost)[0].state is SendState.FAILED)
    assert outbox._queue.files(txn_id)[0].url == file.url


async def test_an_upload_can_be_stopped(desk: Desk, room_id: str, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(20_000_000))
    with Heard(desk.changes, TransferChanged) as transfers:
        txn_id = await desk.outbox.send_file(room_id, path)
        desk.outbox.send_text(room_id, "after it")
        await transfers.until(lambda: bool(transfers.all))
        assert 0 < (desk.outbox.items(room_id)[0].progress or 0) < 1
        desk.outbox.cancel(txn_id)
    await until(desk.changes, all_sent(desk.outbox, room_id))
    assert await desk.bodies(room_id) == ["after it"]
    assert len(desk.outbox.pending(room_id)) == 1


@pytest.mark.parametrize("overrides", [{"media": {"max_upload": 1000}}])
async def test_a_file_that_the_server_does_not_take_is_refused_before_it_is_sent(
    desk: Desk, room_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(2000))
    with pytest.raises(MediaTooLarge):
        await desk.outbox.send_file(room_id, path)
    with pytest.raises(FileGone):
        await desk.outbox.send_file(room_id, tmp_path / "nothing")
    assert desk.outbox.pending(room_id) == ()
    api = Api(desk.me.homeserver_url, desk.http, FixedToken(desk.me.access_token))
    with pytest.raises(MediaTooLarge):
        await upload_file(api, path, "text/plain", "large.bin", lambda done, total: None)


async def test_a_copy_that_is_gone_fails_its_entry_alone(desk: Desk, room_id: str, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    await desk.outbox.close()
    txn_id = await desk.outbox.send_file(room_id, path)
    await asyncio.to_thread(desk.outbox._files.remove, txn_id)
    desk.outbox.send_text(room_id, "next")
    outbox = await desk.open()
    await until(desk.changes, lambda: [item.state for item in outbox.items(room_id)] == [SendState.FAILED])
    assert outbox.items(room_id)[0].error_word == "file_gone"
    assert await desk.bodies(room_id) == ["next"]


async def test_a_recording_is_a_voice_message_and_a_film_has_a_picture(
    desk: Desk, room_id: str, tmp_path: Path
) -> None:
    voice = tmp_path / "voice.ogg"
    voice.write_bytes(b"OggS" + bytes(100))
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypisom" + bytes(100))
    still = io.BytesIO()
    Image.new("RGB", (320, 200), "green").save(still, "PNG")
    await desk.outbox.send_voice(room_id, voice, 2500, [0, 512, 1024])
    hints = FileHints(width=640, height=400, duration_ms=9000, still=still.getvalue())
    await desk.outbox.send_file(room_id, film, hints=hints, thread=None)
    await until(desk.changes, all_sent(desk.outbox, room_id))
    spoken, filmed = [event["content"] for event in await desk.said(room_id)]
    assert spoken["msgtype"] == "m.audio"
    assert spoken["info"]["duration"] == 2500
    assert spoken["org.matrix.msc3245.voice"] == {}
    assert spoken["org.matrix.msc1767.audio"] == {"duration": 2500, "waveform": [0, 512, 1024]}
    assert (filmed["msgtype"], filmed["info"]["duration"]) == ("m.video", 9000)
    assert filmed["info"]["thumbnail_info"]["w"] == 320
    assert filmed["info"]["thumbnail_url"].startswith("mxc://")


async def test_an_upload_survives_a_renewed_token(desk: Desk, tmp_path: Path) -> None:
    """A body from a file cannot be repeated by whoever renews the token: it is read once more."""
    path = tmp_path / "notes.txt"
    path.write_text("hello")

    class Renewing:
        access_token = "outdated"

        async def refresh(self) -> bool:
            self.access_token = desk.me.access_token
            return True

    api = Api(desk.me.homeserver_url, desk.http, Renewing())
    url = await upload_file(api, path, "text/plain", "notes.txt", lambda done, total: None)
    assert await downloaded(desk, url) == b"hello"


async def test_a_file_that_changes_while_it_goes_up_is_not_half_sent(
    desk: Desk, room_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(bytes(1000))
    for claimed in (10, 5000):
        monkeypatch.setattr(
            "client_desktop.core.media.uploads._Upload._size", lambda self, size=claimed: size
        )
        txn_id = await desk.outbox.send_file(room_id, path)
        await until(desk.changes, lambda: desk.outbox.items(room_id)[0].state is SendState.FAILED)
        assert desk.outbox.items(room_id)[0].error_word == "file_gone"
        desk.outbox.cancel(txn_id)
    assert await desk.said(room_id) == []
