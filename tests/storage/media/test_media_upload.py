"""Uploads and downloads of the content repository, on a database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from homeserver.errors import Forbidden, InvalidParam, NotFound, TooLarge
from homeserver.media.blob_store import BlobStore
from homeserver.media.context import MediaContext, RemoteFile
from homeserver.media.find import FoundMedia, MediaRequest, find_media
from homeserver.media.limits import DAY_MS
from homeserver.media.quarantine import quarantine_media
from homeserver.media.upload import upload_media
from homeserver.storage.media import Blob
from tests.storage.media.support import SERVER, MediaServer, SlowUpload, media_id_of, upload_of
from tests.support.fake_clock import FakeClock


async def find(ctx: MediaContext, media_id: str, **options: bool) -> FoundMedia:
    return await find_media(ctx, MediaRequest(SERVER, media_id, 0, **options))


async def content(ctx: MediaContext, blob: Blob) -> bytes:
    return b"".join([chunk async for chunk in ctx.blobs.read(blob)])


async def test_uploaded_file_is_found_with_its_type_and_name(media: MediaServer, alice: int) -> None:
    upload = upload_of(alice, b"hel", b"lo", content_type="Text/X-Odd; a=b", name="a\x00ä\ud800.txt")
    found = await find(media.ctx, media_id_of(await upload_media(media.ctx, upload)))
    assert (found.content_type, found.upload_name) == ("Text/X-Odd; a=b", "a\x00ä\ud800.txt")
    assert await content(media.ctx, found.blob) == b"hello"


async def test_empty_file_can_be_uploaded(media: MediaServer, alice: int) -> None:
    found = await find(media.ctx, media_id_of(await upload_media(media.ctx, upload_of(alice))))
    assert await content(media.ctx, found.blob) == b""


async def test_same_bytes_are_stored_once(media: MediaServer, alice: int) -> None:
    uris = [await upload_media(media.ctx, upload_of(alice, b"same")) for _ in range(3)]
    assert len(set(uris)) == 3
    assert len(media.stored_files()) == 1
    assert await media.count("media_blobs") == 1


async def test_same_bytes_uploaded_at_once_are_stored_once(media: MediaServer, alice: int) -> None:
    bob = await media.user("bob")
    await asyncio.gather(*(upload_media(media.ctx, upload_of(user, b"same")) for user in [alice, bob] * 4))
    assert len(media.stored_files()) == 1
    assert await media.count("media") == 8


async def test_file_lost_by_the_store_comes_back_with_the_next_upload(media: MediaServer, alice: int) -> None:
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, b"lost")))
    media.stored_files()[0].unlink()
    await upload_media(media.ctx, upload_of(alice, b"lost"))
    assert await content(media.ctx, (await find(media.ctx, media_id)).blob) == b"lost"


async def test_no_row_names_bytes_that_are_not_durable(media: MediaServer, alice: int) -> None:
    class FailingStore(BlobStore):
        async def put(self, blob: Blob, file: Path) -> None:
            raise OSError("the disk broke")

    ctx = replace(media.ctx, blobs=FailingStore(media.root.as_uri()))
    with pytest.raises(OSError, match="broke"):
        await upload_media(ctx, upload_of(alice, b"x"))
    assert await media.count("media") == 0
    assert media.stored_files() == []


async def test_upload_that_declares_too_much_is_refused_unread(media: MediaServer, alice: int) -> None:
    slow = SlowUpload()
    upload = replace(upload_of(alice), declared_bytes=11, chunks=slow.chunks())
    with pytest.raises(TooLarge):
        await upload_media(media.limited(max_upload_bytes=10), upload)
    assert not slow.began.is_set()


async def test_upload_that_lies_about_its_length_is_cut_off(media: MediaServer, alice: int) -> None:
    upload = replace(upload_of(alice, b"x" * 6, b"x" * 6), declared_bytes=5)
    with pytest.raises(TooLarge):
        await upload_media(media.limited(max_upload_bytes=10), upload)
    assert media.stored_files() == []


async def test_long_file_name_is_refused(media: MediaServer, alice: int) -> None:
    with pytest.raises(InvalidParam):
        await upload_media(media.ctx, upload_of(alice, b"x", name="ä" * 513))
    await upload_media(media.ctx, upload_of(alice, b"x", name="ä" * 512))


async def test_quota_of_bytes_per_day_is_kept_and_ends(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    ctx = media.limited(max_user_bytes_per_day=10)
    await upload_media(ctx, upload_of(alice, b"x" * 8))
    with pytest.raises(Forbidden, match="quota"):
        await upload_media(ctx, upload_of(alice, b"x" * 3))
    await upload_media(ctx, upload_of(await media.user("bob"), b"x" * 8))
    clock.advance(DAY_MS + 1)
    await upload_media(ctx, upload_of(alice, b"x" * 3))


async def test_quota_of_files_per_day_is_kept(media: MediaServer, alice: int) -> None:
    ctx = media.limited(max_user_files_per_day=1)
    await upload_media(ctx, upload_of(alice, b"x"))
    with pytest.raises(Forbidden, match="too many"):
        await upload_media(ctx, upload_of(alice, b"x"))


async def test_quota_of_all_bytes_never_ends(media: MediaServer, alice: int, clock: FakeClock) -> None:
    ctx = media.limited(max_user_bytes=10)
    await upload_media(ctx, upload_of(alice, b"x" * 8))
    clock.advance(100 * DAY_MS)
    with pytest.raises(Forbidden):
        await upload_media(ctx, upload_of(alice, b"x" * 3))


async def test_uploads_at_the_same_time_cannot_share_a_quota(media: MediaServer, alice: int) -> None:
    ctx = media.limited(max_user_bytes_per_day=20)
    slow = [SlowUpload() for _ in range(2)]
    tasks = [
        asyncio.create_task(upload_media(ctx, replace(upload_of(alice), chunks=s.chunks()))) for s in slow
    ]
    for upload in slow:
        await upload.began.wait()
        upload.go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Forbidden", "str"]


@pytest.mark.parametrize("media_id", ["unknown", "..", "a/b"])
async def test_unknown_address_is_not_found(media: MediaServer, media_id: str) -> None:
    with pytest.raises(NotFound):
        await find(media.ctx, media_id)


async def test_foreign_address_is_not_found_without_a_way_to_other_servers(media: MediaServer) -> None:
    with pytest.raises(NotFound):
        await find_media(media.ctx, MediaRequest("other.org", "abc", 0))


class OtherServers:
    """Keeps one file of other.org."""

    def __init__(self, content_type: str = "image/png") -> None:
        self._content_type = content_type
        self.fetched = 0

    @asynccontextmanager
    async def download(
        self, origin: str, media_id: str, *, timeout_ms: int, max_bytes: int
    ) -> AsyncIterator[RemoteFile]:
        self.fetched += 1
        yield RemoteFile(self._content_type, "x" * 2000, self._chunks())

    async def _chunks(self) -> AsyncIterator[bytes]:
        yield b"some "
        yield b"bytes"


async def test_foreign_file_is_fetched_once_however_many_ask_at_the_same_time(media: MediaServer) -> None:
    others = OtherServers()
    ctx = media.with_remote(others)
    request = MediaRequest("other.org", "abc", 0)
    for found in await asyncio.gather(*(find_media(ctx, request) for _ in range(3))):
        assert (found.content_type, found.upload_name, found.blob.size_bytes) == ("image/png", None, 10)
    assert others.fetched == 1


async def test_foreign_file_of_a_type_that_is_none_becomes_bytes(media: MediaServer) -> None:
    ctx = media.with_remote(OtherServers("text/html\r\nX: y"))
    found = await find_media(ctx, MediaRequest("other.org", "abc", 0))
    assert found.content_type == "application/octet-stream"


@pytest.mark.parametrize("option", ["allow_remote", "authenticated"])
async def test_foreign_file_is_not_fetched_for_strangers_or_against_the_request(
    media: MediaServer, option: str
) -> None:
    """CVE-2024-37302, CVE-2024-37303: nobody without an account makes this server store anything."""
    others = OtherServers()
    request = replace(MediaRequest("other.org", "abc", 0), **{option: False})  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await find_media(media.with_remote(others), request)
    assert others.fetched == 0


async def test_without_authentication_only_files_from_before_the_freeze_are_found(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    old = media_id_of(await upload_media(media.ctx, upload_of(alice, b"old")))
    clock.advance(1000)
    frozen = media.limited(unauthenticated_before_ms=clock.now_ms())
    new = media_id_of(await upload_media(frozen, upload_of(alice, b"new")))
    await find(frozen, old, authenticated=False)
    with pytest.raises(NotFound):
        await find(frozen, new, authenticated=False)
    await find(frozen, new)
    with pytest.raises(NotFound):
        await find(media.ctx, old, authenticated=False)


async def test_quarantine_covers_the_bytes_whoever_uploads_them_again(media: MediaServer, alice: int) -> None:
    first, second = [media_id_of(await upload_media(media.ctx, upload_of(alice, b"bad"))) for _ in range(2)]
    await quarantine_media(media.ctx, SERVER, first)
    third = media_id_of(await upload_media(media.ctx, upload_of(alice, b"bad")))
    for media_id in (first, second, third):
        with pytest.raises(NotFound):
            await find(media.ctx, media_id)
    await quarantine_media(media.ctx, SERVER, first, quarantined=False)
    await find(media.ctx, third)


async def test_quarantine_of_nothing_is_not_found(media: MediaServer) -> None:
    with pytest.raises(NotFound):
        await quarantine_media(media.ctx, SERVER, "unknown")
