"""Thumbnails of stored pictures."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from homeserver.errors import InvalidParam, NotFound, TooLarge
from homeserver.media import make_thumbnails as module
from homeserver.media.blob_store import BlobStore
from homeserver.media.content_types import ImageFormat
from homeserver.media.context import MediaContext
from homeserver.media.find import MediaRequest
from homeserver.media.limits import MediaLimits
from homeserver.media.quarantine import quarantine_media
from homeserver.media.run_thumbnailer import CannotThumbnail, Made, Wanted, run_thumbnailer
from homeserver.media.thumbnail import ThumbnailRequest, get_thumbnail
from homeserver.media.thumbnail_variants import Method
from homeserver.media.upload import upload_media
from homeserver.storage.media import StoredThumbnail
from tests.storage.media.support import SERVER, MediaServer, media_id_of, upload_of
from tests.unit.media.pictures import animation, decode, picture, png_bomb


class CountedRuns:
    """The real thumbnailer, counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wanted: list[int] = []
        monkeypatch.setattr(module, "run_thumbnailer", self._run)

    async def _run(
        self, limits: MediaLimits, source: Path, image_format: ImageFormat, wanted: list[Wanted]
    ) -> list[Made]:
        self.wanted.append(len(wanted))
        return await run_thumbnailer(limits, source, image_format, wanted)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> CountedRuns:
    return CountedRuns(monkeypatch)


async def thumbnail(
    ctx: MediaContext,
    media_id: str,
    width: int = 32,
    height: int = 32,
    method: Method = Method.CROP,
    *,
    animated: bool = False,
) -> StoredThumbnail:
    request = ThumbnailRequest(MediaRequest(SERVER, media_id, 0), width, height, method, animated)
    return await get_thumbnail(ctx, request)


async def upload(media: MediaServer, user_nid: int, data: bytes, content_type: str = "image/png") -> str:
    return media_id_of(await upload_media(media.ctx, upload_of(user_nid, data, content_type=content_type)))


async def pixels(media: MediaServer, made: StoredThumbnail) -> tuple[int, int]:
    return decode(b"".join([chunk async for chunk in media.ctx.blobs.read(made.blob)])).size


async def test_first_thumbnail_makes_and_stores_the_standard_sizes(
    media: MediaServer, alice: int, runs: CountedRuns
) -> None:
    media_id = await upload(media, alice, picture((1000, 1000)))
    small = await thumbnail(media.ctx, media_id)
    assert await pixels(media, small) == (32, 32)
    large = await thumbnail(media.other_process(), media_id, 800, 600, Method.SCALE)
    assert await pixels(media, large) == (800, 800)
    assert runs.wanted == [5]


async def test_other_sizes_are_made_alone(media: MediaServer, alice: int, runs: CountedRuns) -> None:
    media_id = await upload(media, alice, picture((1000, 1000)))
    await thumbnail(media.ctx, media_id)
    assert await pixels(media, await thumbnail(media.ctx, media_id, 190, 190)) == (192, 192)
    assert runs.wanted == [5, 1]


async def test_one_picture_is_thumbnailed_once_however_many_ask(
    media: MediaServer, alice: int, runs: CountedRuns
) -> None:
    media_id = await upload(media, alice, picture((200, 200)))
    twin_id = await upload(media, alice, picture((200, 200)))
    await asyncio.gather(*(thumbnail(media.ctx, one) for one in [media_id, twin_id] * 3))
    assert runs.wanted == [5]


async def test_small_picture_is_answered_with_itself(media: MediaServer, alice: int) -> None:
    media_id = await upload(media, alice, picture((20, 20)))
    made = await thumbnail(media.ctx, media_id, 96, 96)
    assert await pixels(media, made) == (20, 20)
    assert await media.count("media_blobs") == 1


async def test_picture_in_a_store_elsewhere_is_fetched_for_its_thumbnails(
    media: MediaServer, alice: int
) -> None:
    ctx = replace(media.ctx, blobs=BlobStore("memory:///"))
    uri = await upload_media(ctx, upload_of(alice, picture((200, 200))))
    made = await thumbnail(ctx, media_id_of(uri))
    assert decode(b"".join([chunk async for chunk in ctx.blobs.read(made.blob)])).size == (32, 32)
    assert media.stored_files() == []


async def test_animated_thumbnail_is_kept_apart_from_the_still_one(media: MediaServer, alice: int) -> None:
    media_id = await upload(media, alice, animation((200, 200)), "image/gif")
    moving = await thumbnail(media.ctx, media_id, animated=True)
    still = await thumbnail(media.ctx, media_id)
    assert (moving.content_type, still.content_type) == ("image/webp", "image/png")


async def test_every_picture_has_few_stored_thumbnails(media: MediaServer, alice: int) -> None:
    ctx = media.limited(max_thumbnails_per_source=6)
    media_id = await upload(media, alice, picture((500, 500)))
    for height in range(10, 20):
        made = await thumbnail(ctx, media_id, 32, height)
        assert made.width >= 32
        assert made.height >= height
    assert await media.count("media_thumbnails") <= 7


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "PPM", "EPS"])
async def test_other_formats_get_no_thumbnail_whatever_type_they_claim(
    media: MediaServer, alice: int, runs: CountedRuns, image_format: str
) -> None:
    """CVE-2024-53863."""
    media_id = await upload(media, alice, picture((64, 64), image_format), "image/png")
    with pytest.raises(CannotThumbnail):
        await thumbnail(media.ctx, media_id)
    assert runs.wanted == []


@pytest.mark.parametrize("data", [b"", b"x", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
async def test_what_is_no_picture_gets_no_thumbnail(media: MediaServer, alice: int, data: bytes) -> None:
    media_id = await upload(media, alice, data)
    with pytest.raises(CannotThumbnail):
        await thumbnail(media.ctx, media_id)


async def test_picture_is_known_by_its_bytes_not_by_its_type(media: MediaServer, alice: int) -> None:
    media_id = await upload(media, alice, picture((64, 64), "JPEG"), "application/octet-stream")
    assert (await thumbnail(media.ctx, media_id)).content_type == "image/jpeg"


async def test_bomb_is_tried_once(media: MediaServer, alice: int, runs: CountedRuns) -> None:
    media_id = await upload(media, alice, png_bomb(30_000, 30_000))
    for _ in range(2):
        with pytest.raises(Exception, match="too large") as refusal:
            await thumbnail(media.ctx, media_id)
        assert getattr(refusal.value, "errcode", None) == "M_TOO_LARGE"
    assert runs.wanted == [5]
    assert len(media.stored_files()) == 1


async def test_file_too_large_to_thumbnail_is_not_read(
    media: MediaServer, alice: int, runs: CountedRuns
) -> None:
    media_id = await upload(media, alice, picture((64, 64)))
    with pytest.raises(TooLarge):
        await thumbnail(media.limited(max_thumbnail_source_bytes=10), media_id)
    assert runs.wanted == []


async def test_quarantined_picture_has_no_thumbnail(media: MediaServer, alice: int) -> None:
    media_id = await upload(media, alice, picture((64, 64)))
    await thumbnail(media.ctx, media_id)
    await quarantine_media(media.ctx, SERVER, media_id)
    with pytest.raises(NotFound):
        await thumbnail(media.ctx, media_id)


async def test_size_below_one_pixel_is_refused(media: MediaServer) -> None:
    with pytest.raises(InvalidParam):
        await thumbnail(media.ctx, "abc", 0, 32)
