"""Files come down once, are what their senders encrypted, and a picture is one before it is shown."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from client_desktop.core.api import Api, FixedToken
from client_desktop.core.changes import Changes, TransferChanged
from client_desktop.core.crypto.attachments import encrypt_attachment
from client_desktop.core.crypto.errors import AttachmentDamaged
from client_desktop.core.errors import BadAnswer, Cancelled, ClientError, MatrixError, NetworkUnavailable
from client_desktop.core.media.errors import FileGone, MediaRefused, MediaTooLarge
from client_desktop.core.media.file_names import safe_file_name, starts_a_program
from client_desktop.core.media.media import MediaFiles
from client_desktop.core.media.mxc import is_mxc, parse_mxc
from client_desktop.core.media.policy import FetchUnasked, MediaPolicy
from client_desktop.core.media.small_files import SmallFiles
from client_desktop.core.media.uploads import upload_limit
from client_desktop.core.store import Store
from client_desktop.core.values import Media
from tests.api.client import ApiClient
from tests.desktop.clients import Heard
from tests.desktop.homeserver import Homeserver
from tests.desktop.media.test_pictures import picture, png_that_claims
from tests.support.fake_clock import FakeClock

ME = "@alice:example.org"


def media_of(url: str, mime_type: str = "image/png", **members: object) -> Media:
    plain = Media(
        url=url,
        name="picture.png",
        mime_type=mime_type,
        size=None,
        width=None,
        height=None,
        duration_ms=None,
        blurhash=None,
        thumbnail_url=None,
        waveform=(),
        encrypted_file=None,
        encrypted_thumbnail=None,
        spoiler=False,
        caption_html="",
        caption="",
    )
    return replace(plain, **members)  # type: ignore[arg-type]


class World:
    """An account's files, and somebody who uploads things for it."""

    def __init__(self, files: MediaFiles, sender: ApiClient, store: Store) -> None:
        self.files = files
        self.sender = sender
        self.store = store

    async def uploaded(self, data: bytes, mime_type: str = "image/png") -> str:
        reply = await self.sender.request(
            "POST", "/_matrix/media/v3/upload", data=data, headers={"Content-Type": mime_type}
        )
        return str(reply.ok()["content_uri"])

    async def sealed(self, data: bytes) -> tuple[str, dict[str, object]]:
        """Upload it encrypted; return its address and what the event says of it."""
        ciphertext, file = encrypt_attachment(data)
        url = await self.uploaded(ciphertext, "application/octet-stream")
        return url, {**file, "url": url}


@pytest.fixture
async def world(
    nobody: ApiClient, http: aiohttp.ClientSession, changes: Changes, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[World]:
    alice = await nobody.register("alice")
    assert alice.access_token is not None
    store = Store.open_in_memory()
    api = Api(nobody.base_url, http, FixedToken(alice.access_token))
    files = MediaFiles(ME, api, store, changes, clock, tmp_path / "media")
    await files.start()
    yield World(files, await nobody.register("bob"), store)
    await files.close()
    store.close()


def photo(width: int = 1200, height: int = 900) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


async def test_a_picture_comes_down_once_and_its_thumbnail_from_the_server(
    world: World, homeserver: Homeserver, changes: Changes
) -> None:
    data = photo()
    url = await world.uploaded(data, "image/jpeg")
    media = media_of(url, "image/jpeg", size=len(data))
    small = await world.files.fetch(media, (300, 200))
    with Image.open(small) as image:
        assert image.width >= 300
        assert image.width < 1200
    with Heard(changes, TransferChanged) as heard:
        first, second = await asyncio.gather(world.files.fetch(media), world.files.fetch_picture(media))
    assert first == second
    assert first.read_bytes() == data
    assert [change.transfer.finished for change in heard.all].count(True) == 1, "fetched once"
    assert heard.all[-1].transfer.transfer_id == url
    avatar = await world.files.fetch_avatar(url, 32)
    with Image.open(avatar) as image:
        assert image.size == (32, 32)
    assert (await world.files.fetch_url(url, (20, 20))).exists()
    await homeserver.stop()
    assert await world.files.fetch(media) == first
    assert await world.files.fetch(media, (320, 240)) == small
    assert await world.files.fetch_avatar(url, 30) == avatar
    with pytest.raises(NetworkUnavailable):
        await world.files.fetch(media_of("mxc://example.org/other"))


async def test_an_encrypted_picture_is_decrypted_checked_and_made_smaller_here(world: World) -> None:
    data = photo(1000, 1000)
    url, file = await world.sealed(data)
    media = media_of(url, "image/jpeg", encrypted_file=file)
    assert (await world.files.fetch(media)).read_bytes() == data
    with Image.open(await world.files.fetch(media, (90, 90))) as image:
        assert image.size == (96, 96)
    thumb_url, thumb_file = await world.sealed(picture(200, 100))
    with_thumbnail = replace(media, thumbnail_url=thumb_url, encrypted_thumbnail=thumb_file)
    with Image.open(await world.files.fetch(with_thumbnail, (640, 480))) as image:
        assert image.size == (200, 100)

    other_key = encrypt_attachment(b"")[1]
    for altered in (
        {**file, "hashes": {"sha256": other_key["hashes"]["sha256"]}},
        {**file, "key": {**other_key["key"], "alg": "none"}},
        {"url": url},
    ):
        with pytest.raises(AttachmentDamaged):
            await world.files.fetch(replace(media, encrypted_file=altered))
    wrong_key = {**file, "key": other_key["key"]}
    with pytest.raises(MediaRefused):
        await world.files.fetch(replace(media, encrypted_file=wrong_key))
    assert (await world.files.fetch(media)).read_bytes() == data, "what was altered is not taken for it"
    assert list(world.files.cache._folder.glob("*.part")) == []


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", id="a program"),
        pytest.param(png_that_claims(30_000, 30_000), id="a bomb"),
        pytest.param(picture()[:50], id="a half"),
    ],
)
async def test_what_calls_itself_a_picture_and_is_none_is_not_shown(world: World, hostile: bytes) -> None:
    url = await world.uploaded(hostile)
    for act in (
        world.files.fetch(media_of(url)),
        world.files.fetch(media_of(url), (100, 100)),
        world.files.fetch_picture(media_of(url)),
        world.files.fetch_avatar(url, 64),
    ):
        with pytest.raises((MediaRefused, MatrixError)):
            await act
    assert (await world.files.fetch_file(media_of(url))).read_bytes() == hostile, "it can be saved"


async def test_formats_that_the_interface_does_not_know_are_converted(world: World) -> None:
    url = await world.uploaded(picture(300, 200, "AVIF"), "image/avif")
    shown = await world.files.fetch_picture(media_of(url, "image/avif"))
    with Image.open(shown) as image:
        assert (image.format, image.size) == ("JPEG", (300, 200))
    with Image.open(await world.files.fetch(media_of(url, "image/avif"), (100, 100))) as image:
        assert image.format in ("JPEG", "PNG")


async def test_larger_files_than_allowed_do_not_come_down(world: World) -> None:
    url = await world.uploaded(bytes(50_000), "application/octet-stream")
    world.files.policy = MediaPolicy(max_bytes=10_000, max_unasked_bytes=10_000)
    with pytest.raises(MediaTooLarge):
        await world.files.fetch_file(media_of(url, "application/octet-stream"))
    world.files.policy = MediaPolicy()
    data = await SmallFiles(world.files).download(url, 60_000)
    assert len(data) == 50_000
    with pytest.raises(MediaTooLarge):
        await SmallFiles(world.files).download(url, 100)


async def test_the_cache_keeps_within_its_bound_and_forgets_the_oldest(
    world: World, clock: FakeClock
) -> None:
    world.files.cache.max_bytes = 250_000
    urls = [await world.uploaded(bytes([number]) * 100_000, "text/plain") for number in range(3)]
    medias = [media_of(url, "text/plain") for url in urls]
    paths = []
    for media in medias[:2]:
        paths.append(await world.files.fetch_file(media))
        clock.advance(100_000)
    await world.files.fetch_file(medias[0])  # looked at again: the second is the oldest now
    clock.advance(100_000)
    await world.files.fetch_file(medias[2])
    assert [path.exists() for path in paths] == [True, False]
    assert world.files.cache.used_bytes() == 200_000
    same = await world.uploaded(bytes([0]) * 100_000, "text/plain")
    assert await world.files.fetch_file(media_of(same, "text/plain")) == paths[0], "the same bytes, once"
    assert world.files.cache.used_bytes() == 200_000
    paths[0].unlink()
    assert (await world.files.fetch_file(medias[0])).exists(), "somebody cleaned up behind our back"
    world.files.cache.max_bytes = 10
    await world.files.fetch_file(medias[1])
    assert world.files.cache.used_bytes() == 100_000, "what was just asked for stays"
    world.files.cache.clear()
    assert list(world.files.cache._folder.iterdir()) == []


async def test_what_a_crash_left_is_swept_away(world: World) -> None:
    url = await world.uploaded(b"kept", "text/plain")
    kept = await world.files.fetch_file(media_of(url, "text/plain"))
    half = world.files.cache.partial()
    stray = kept.with_name("0" * 64)
    stray.write_bytes(b"unknown")
    await world.files.start()
    assert (kept.exists(), half.exists(), stray.exists()) == (True, False, False)


async def test_files_are_saved_and_opened_under_harmless_names(world: World, tmp_path: Path) -> None:
    url = await world.uploaded(b"words", "text/plain")
    media = media_of(url, "text/plain", name="../\u202etxt.exe")
    await world.files.save(media, tmp_path / "saved.txt")
    assert (tmp_path / "saved.txt").read_bytes() == b"words"
    with pytest.raises(FileGone):
        await world.files.save(media, tmp_path / "no folder" / "saved.txt")
    opened = await world.files.open_copy(media)
    assert opened.name == "_ txt.exe"
    assert opened.read_bytes() == b"words"
    assert (await world.files.open_copy(media)) != opened
    await world.files.close()
    assert not opened.exists()


async def test_a_picture_of_a_person_goes_up_small_and_without_secrets(world: World, tmp_path: Path) -> None:
    path = tmp_path / "me.jpg"
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    path.write_bytes(picture(2000, 1000, "JPEG", exif=exif.tobytes()))
    url = await world.files.upload_avatar(path)
    shown = await world.files.fetch_file(media_of(url))
    with Image.open(shown) as image:
        assert image.size == (512, 256)
    assert b"A camera" not in shown.read_bytes()
    pack = await world.files.upload(path, "sticker.jpg")
    assert (await world.files.fetch_file(media_of(pack))).read_bytes() == path.read_bytes()
    with pytest.raises(FileGone):
        await world.files.upload(tmp_path / "nothing")
    await world.files.keep("mxc://example.org/gone", tmp_path / "nothing")
    used = world.files.cache.used_bytes()
    world.files.cache.max_bytes = 8 * len(path.read_bytes()) - 1
    await world.files.keep("mxc://example.org/large", path)
    assert world.files.cache.used_bytes() == used, "one file does not push out all others"
    shared = await SmallFiles(world.files).upload(b"keys")
    assert await SmallFiles(world.files).download(shared, 10) == b"keys"


def test_names_of_files_are_one_name_wherever_they_go() -> None:
    for name, safe in (
        ("photo.png", "photo.png"),
        ("/etc/passwd", "_etc_passwd.txt"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("a\nb\x00c.txt", "a b c.txt"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("CON.txt", "file CON.txt"),
        ("  . ", "file.txt"),
        ("", "file.txt"),
        ("no extension", "no extension.txt"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
        ("ü" * 150 + ".png", "ü" * 98 + ".png"),
        ("strange." + "e" * 40, "strange." + "e" * 40 + ".txt"),
    ):
        assert safe_file_name(name, "text/plain") == safe
    assert starts_a_program("Invoice.PDF.Exe")
    assert starts_a_program("page.html")
    assert not starts_a_program("photo.jpg")


def test_addresses_of_files_lead_to_files_alone() -> None:
    assert parse_mxc("mxc://example.org:8448/A-z_09").media_id == "A-z_09"
    assert parse_mxc("mxc://example.org/a").url == "mxc://example.org/a"
    for url in (
        "https://example.org/a",
        "mxc://example.org",
        "mxc://example.org/",
        "mxc://example.org/../a",
        "mxc://example.org/a/b",
        "mxc://example.org/a?x=1",
        "mxc://example.org/a%2e",
        "mxc:///a",
        "mxc://ex ample/a",
        "mxc://example.org/" + "a" * 600,
    ):
        assert not is_mxc(url)


def test_nothing_is_fetched_unasked_beyond_the_settings() -> None:
    small = media_of("mxc://example.org/a", size=1000)
    sealed = replace(small, encrypted_file={"url": "mxc://example.org/a"}, size=900_000_000)
    assert MediaPolicy().may_fetch_unasked(small, public_room=True)
    assert not MediaPolicy(FetchUnasked.NEVER).may_fetch_unasked(small, public_room=False)
    private = MediaPolicy(FetchUnasked.PRIVATE_ROOMS)
    assert private.may_fetch_unasked(small, public_room=False)
    assert not private.may_fetch_unasked(small, public_room=True)
    assert not MediaPolicy().may_fetch_unasked(sealed, public_room=False)
    with_thumbnail = replace(sealed, encrypted_thumbnail={"url": "mxc://example.org/b"})
    assert MediaPolicy().may_fetch_unasked(with_thumbnail, public_room=False)
    assert MediaPolicy().may_fetch_unasked(replace(sealed, size=None), public_room=False)


class OddServer:
    """A server whose answers a test writes itself."""

    def __init__(self, http: aiohttp.ClientSession, changes: Changes, clock: FakeClock, folder: Path) -> None:
        self._http = http
        self._changes = changes
        self._clock = clock
        self._folder = folder
        self.asked: list[str] = []
        self.answer: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
        self.store = Store.open_in_memory()

    async def open(self) -> web.AppRunner:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked.append(request.path)
            assert self.answer is not None
            return await self.answer(request)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.api = Api(f"http://127.0.0.1:{runner.addresses[0][1]}", self._http, FixedToken("token"))
        self.files = MediaFiles(ME, self.api, self.store, self._changes, self._clock, self._folder / "odd")
        return runner


@pytest.fixture
async def odd(
    http: aiohttp.ClientSession, changes: Changes, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[OddServer]:
    odd = OddServer(http, changes, clock, tmp_path)
    runner = await odd.open()
    yield odd
    await odd.files.close()
    odd.store.close()
    await runner.cleanup()


def refusal(errcode: str, status: int) -> web.Response:
    return web.json_response({"errcode": errcode, "error": "no"}, status=status)


async def test_servers_of_before_authenticated_media_are_asked_as_they_know(odd: OddServer) -> None:
    data = picture(40, 40)

    async def answer(request: web.Request) -> web.StreamResponse:
        if "/_matrix/client/v1/media" in request.path:
            return refusal("M_UNRECOGNIZED", 404)
        if request.path.endswith("/config"):
            return web.json_response({"m.upload.size": 5})
        return web.Response(body=data)

    odd.answer = answer
    assert (await odd.files.fetch(media_of("mxc://a/b"))).read_bytes() == data
    assert odd.asked == ["/_matrix/client/v1/media/download/a/b", "/_matrix/media/v3/download/a/b"]
    assert (await odd.files.fetch(media_of("mxc://a/c"), (32, 32))).exists()
    assert await upload_limit(odd.api) == 5


async def test_a_server_that_makes_no_thumbnail_or_a_huge_one_is_helped(odd: OddServer) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if "thumbnail" in request.path and "none" in request.path:
            return refusal("M_UNKNOWN", 400)
        return web.Response(body=picture(2000, 2000))

    odd.answer = answer
    for name in ("none", "huge"):
        with Image.open(await odd.files.fetch(media_of(f"mxc://a/{name}"), (96, 96))) as image:
            assert image.size == (96, 96)
    with Image.open(await odd.files.fetch(media_of("mxc://a/none"), (1600, 1600))) as image:
        assert image.size == (1200, 1200)
    film = media_of("mxc://a/film", "video/mp4", thumbnail_url="mxc://a/still")
    await odd.files.fetch(film, (96, 96))
    assert not any("film" in path for path in odd.asked)

    async def forbidden(request: web.Request) -> web.StreamResponse:
        return refusal("M_FORBIDDEN", 403)

    odd.answer = forbidden
    with pytest.raises(MatrixError):
        await odd.files.fetch_avatar("mxc://a/secret", 32)


async def test_a_download_that_breaks_off_lies_or_never_ends_leaves_nothing(
    odd: OddServer, changes: Changes
) -> None:
    async def breaks_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"only this")
        assert request.transport is not None
        request.transport.close()
        return response

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(bytes(10_000))
        return response

    odd.files.policy = MediaPolicy(max_bytes=20_000)
    media = media_of("mxc://a/b", "text/plain")
    for answer, error in ((breaks_off, NetworkUnavailable), (endless, MediaTooLarge)):
        odd.answer = answer
        with Heard(changes, TransferChanged) as heard, pytest.raises(error):
            await odd.files.fetch_file(media)
        assert heard.all[-1].transfer.finished
        assert heard.all[-1].transfer.error_word == error.word
    assert list((odd.files.cache._folder).iterdir()) == []


async def test_fetching_can_be_stopped_and_waits_for_nobody_at_the_end(odd: OddServer) -> None:
    begun = asyncio.Event()

    async def stalls(request: web.Request) -> web.StreamResponse:
        begun.set()
        await asyncio.sleep(3600)
        return web.Response()

    odd.answer = stalls
    media = media_of("mxc://a/b", "text/plain")
    waiting = asyncio.create_task(odd.files.fetch_file(media))
    await begun.wait()
    odd.files.cancel("mxc://a/b")
    with pytest.raises(Cancelled):
        await waiting
    begun.clear()
    waiting = asyncio.create_task(odd.files.fetch_file(media))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await odd.files.close()
    assert odd.files._running == {}


async def test_an_upload_whose_answer_is_nonsense_has_failed(odd: OddServer, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")

    async def nonsense(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.json_response({"content_uri": "https://example.org/not-mxc"})

    odd.answer = nonsense
    with pytest.raises(BadAnswer):
        await odd.files.upload(path)

    async def refuses(request: web.Request) -> web.StreamResponse:
        return refusal("M_FORBIDDEN", 403)

    odd.answer = refuses
    with pytest.raises(ClientError):
        await odd.files.upload(path)
    with pytest.raises(MatrixError):
        await upload_limit(odd.api)
