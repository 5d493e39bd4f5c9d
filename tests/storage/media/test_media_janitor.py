"""Collecting what nothing refers to any more."""

import asyncio
import os
from dataclasses import replace

import pytest

from homeserver.errors import Unavailable
from homeserver.fanout.shares import Shares
from homeserver.media.blob_store import BlobStore
from homeserver.media.create import create_media
from homeserver.media.find import MediaRequest, find_media
from homeserver.media.janitor import collect_garbage, run_janitor, write_access_times
from homeserver.media.limits import DAY_MS
from homeserver.media.quarantine import quarantine_media
from homeserver.media.store_file import store_file
from homeserver.media.thumbnail import ThumbnailRequest, get_thumbnail
from homeserver.media.thumbnail_variants import Method
from homeserver.media.upload import upload_media
from homeserver.storage.media import Blob, claim_blob, complete_blob, release_unreferenced_blobs
from tests.storage.media.support import SERVER, MediaServer, media_id_of, upload_of
from tests.support.fake_clock import FakeClock
from tests.unit.media.folders import names_in, write
from tests.unit.media.pictures import picture


async def store_without_row(media: MediaServer, data: bytes) -> Blob:
    """Do what an upload does up to the moment before its last transaction."""
    async with media.ctx.spool.receive(upload_of(0, data).chunks, 1000) as spooled:
        return await store_file(media.ctx, spooled)


async def test_bytes_of_a_crashed_upload_are_collected_after_the_grace_period(
    media: MediaServer, clock: FakeClock
) -> None:
    await store_without_row(media, b"orphan")
    clock.advance(DAY_MS - 1)
    assert (await collect_garbage(media.ctx)).deleted == 0
    assert len(media.stored_files()) == 1
    clock.advance(2)
    assert (await collect_garbage(media.ctx)).deleted == 1
    assert media.stored_files() == []
    assert await media.count("media_blobs") == 0


async def test_bytes_in_use_are_kept(media: MediaServer, alice: int, clock: FakeClock) -> None:
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, b"used")))
    clock.advance(100 * DAY_MS)
    assert (await collect_garbage(media.ctx)).released == 0
    await find_media(media.ctx, MediaRequest(SERVER, media_id, 0))


async def test_bytes_are_kept_until_the_last_address_is_gone(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    for _ in range(2):
        await upload_media(media.ctx, upload_of(alice, b"shared"))
    await media.execute("DELETE FROM media WHERE media_nid = (SELECT min(media_nid) FROM media)")
    clock.advance(2 * DAY_MS)
    assert (await collect_garbage(media.ctx)).deleted == 0
    await media.execute("DELETE FROM media")
    assert (await collect_garbage(media.ctx)).deleted == 1


async def test_thumbnails_go_with_their_picture(media: MediaServer, alice: int, clock: FakeClock) -> None:
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, picture((50, 50)))))
    request = ThumbnailRequest(MediaRequest(SERVER, media_id, 0), 32, 32, Method.CROP, animated=False)
    await get_thumbnail(media.ctx, request)
    clock.advance(2 * DAY_MS)
    await collect_garbage(media.ctx)
    assert len(media.stored_files()) == 2
    await media.execute("DELETE FROM media")
    await collect_garbage(media.ctx)
    await collect_garbage(media.ctx)
    assert media.stored_files() == []
    assert await media.count("media_thumbnails") == 0


async def test_upload_of_bytes_that_are_being_deleted_stores_them_anew(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    old = await store_without_row(media, b"again")
    clock.advance(2 * DAY_MS)
    async with media.ctx.db.transaction() as conn:
        assert await release_unreferenced_blobs(conn, [old.blob_nid], clock.now_ms()) == 1
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, b"again")))
    await collect_garbage(media.ctx)
    found = await find_media(media.ctx, MediaRequest(SERVER, media_id, 0))
    assert [chunk async for chunk in media.ctx.blobs.read(found.blob)] == [b"again"]


async def test_upload_that_ends_while_the_janitor_looks_keeps_its_bytes(
    media: MediaServer, clock: FakeClock
) -> None:
    blob = await store_without_row(media, b"late")
    clock.advance(2 * DAY_MS)
    db = media.ctx.db
    async with db.acquire() as upload, db.acquire() as janitor:
        transaction = upload.transaction()
        await transaction.start()
        assert await complete_blob(upload, blob.blob_nid, clock.now_ms())
        untouched_since_ms = clock.now_ms() - DAY_MS
        release = asyncio.create_task(
            release_unreferenced_blobs(janitor, [blob.blob_nid], untouched_since_ms)
        )
        await until_somebody_waits_for_a_lock(media)
        await transaction.commit()
        assert await release == 0


async def test_upload_that_ends_after_the_janitor_is_refused(media: MediaServer, clock: FakeClock) -> None:
    blob = await store_without_row(media, b"too late")
    clock.advance(2 * DAY_MS)
    await collect_garbage(media.ctx)
    async with media.ctx.db.transaction() as conn:
        assert not await complete_blob(conn, blob.blob_nid, clock.now_ms())


async def test_crash_between_bytes_and_row_is_finished_by_the_next_round(
    media: MediaServer, clock: FakeClock
) -> None:
    blob = await store_without_row(media, b"half deleted")
    clock.advance(2 * DAY_MS)
    async with media.ctx.db.transaction() as conn:
        await release_unreferenced_blobs(conn, [blob.blob_nid], clock.now_ms())
    await media.ctx.blobs.delete([blob])
    assert (await collect_garbage(media.ctx)).deleted == 1
    assert await media.count("media_blobs") == 0


async def test_claim_without_bytes_is_collected(media: MediaServer, clock: FakeClock) -> None:
    async with media.ctx.db.acquire() as conn:
        await claim_blob(conn, b"h" * 32, 5, clock.now_ms())
    clock.advance(2 * DAY_MS)
    assert (await collect_garbage(media.ctx)).deleted == 1


async def test_quarantined_bytes_are_remembered(media: MediaServer, alice: int, clock: FakeClock) -> None:
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, b"bad")))
    await quarantine_media(media.ctx, SERVER, media_id)
    await media.execute("DELETE FROM media")
    clock.advance(2 * DAY_MS)
    assert (await collect_garbage(media.ctx)).released == 0


async def test_a_round_is_bounded_and_the_next_goes_on(
    media: MediaServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeserver.media.janitor.BATCH", 2)
    monkeypatch.setattr("homeserver.media.janitor.MAX_BATCHES_PER_ROUND", 1)
    for number in range(3):
        await store_without_row(media, b"%d" % number)
    clock.advance(2 * DAY_MS)
    first = await collect_garbage(media.ctx)
    assert (first.released, first.deleted) == (2, 2)
    second = await collect_garbage(media.ctx, first.next_blob_nid)
    assert (second.released, second.next_blob_nid) == (1, 0)


async def test_expired_addresses_are_forgotten(media: MediaServer, alice: int, clock: FakeClock) -> None:
    await create_media(media.ctx, alice)
    await upload_media(media.ctx, upload_of(alice, b"x"))
    clock.advance(media.ctx.limits.unused_expires_after_ms)
    await create_media(media.ctx, alice)
    clock.advance(media.ctx.limits.unused_expires_after_ms + 1)
    assert (await collect_garbage(media.ctx)).expired == 1
    assert await media.count("media") == 2


async def test_files_left_in_the_spool_are_removed(media: MediaServer, clock: FakeClock) -> None:
    incoming = media.root / "incoming"
    os.makedirs(incoming)  # noqa: PTH103
    write(incoming / "left", b"x")
    written_s = clock.now_ms() / 1000
    os.utime(incoming / "left", (written_s, written_s))
    assert (await collect_garbage(media.ctx)).spool_files == 0
    clock.advance(DAY_MS + 1000)
    assert (await collect_garbage(media.ctx)).spool_files == 1
    assert names_in(incoming) == []


async def test_access_times_are_written_in_one_batch(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, b"x")))
    await find_media(media.ctx, MediaRequest(SERVER, media_id, 0))
    assert await accessed_ms(media) is None
    await write_access_times(media.ctx)
    assert await accessed_ms(media) == clock.now_ms()


async def test_janitor_survives_an_unreachable_store(
    media: MediaServer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeserver.media.janitor.ROUND_S", 0)
    second_try = asyncio.Event()

    class BrokenStore(BlobStore):
        tries = 0

        async def delete(self, blobs: object) -> None:
            self.tries += 1
            if self.tries == 2:
                second_try.set()
            raise Unavailable("The media store cannot be reached")

    await store_without_row(media, b"orphan")
    clock.advance(2 * DAY_MS)
    ctx = replace(media.ctx, blobs=BrokenStore((media.root).as_uri()))
    task = asyncio.create_task(run_janitor(ctx, Shares()))
    await second_try.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await media.count("media_blobs") == 1


async def accessed_ms(media: MediaServer) -> int | None:
    async with media.ctx.db.acquire() as conn:
        value: int | None = await conn.fetchval("SELECT last_access_ms FROM media")
    return value


async def until_somebody_waits_for_a_lock(media: MediaServer) -> None:
    async with media.ctx.db.acquire() as conn:
        while not await conn.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            continue
