"""Addresses that are created first and filled later."""

import asyncio
from dataclasses import replace

import pytest

from homeserver.clock import SystemClock
from homeserver.errors import CannotOverwriteMedia, Forbidden, LimitExceeded, NotFound, NotYetUploaded
from homeserver.media.context import MediaContext
from homeserver.media.create import create_media
from homeserver.media.find import FoundMedia, MediaRequest, find_media
from homeserver.media.upload import upload_media
from homeserver.media.upload_pending import upload_pending_media
from tests.storage.media.support import SERVER, MediaServer, SlowUpload, media_id_of, upload_of
from tests.support.fake_clock import FakeClock


async def create(ctx: MediaContext, user_nid: int) -> str:
    return media_id_of((await create_media(ctx, user_nid)).content_uri)


async def find(ctx: MediaContext, media_id: str, timeout_ms: int = 0) -> FoundMedia:
    return await find_media(ctx, MediaRequest(SERVER, media_id, timeout_ms))


async def test_created_address_tells_when_it_expires(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    pending = await create_media(media.limited(unused_expires_after_ms=5000), alice)
    assert pending.unused_expires_at_ms == clock.now_ms() + 5000


async def test_created_address_can_be_filled_once(media: MediaServer, alice: int) -> None:
    media_id = await create(media.ctx, alice)
    await upload_pending_media(media.ctx, SERVER, media_id, upload_of(alice, b"first", name="a.txt"))
    with pytest.raises(CannotOverwriteMedia):
        await upload_pending_media(media.ctx, SERVER, media_id, upload_of(alice, b"second"))
    found = await find(media.ctx, media_id)
    assert (found.blob.size_bytes, found.upload_name) == (5, "a.txt")


async def test_uploaded_file_cannot_be_overwritten(media: MediaServer, alice: int) -> None:
    media_id = media_id_of(await upload_media(media.ctx, upload_of(alice, b"first")))
    with pytest.raises(CannotOverwriteMedia):
        await upload_pending_media(media.ctx, SERVER, media_id, upload_of(alice, b"second"))


async def test_of_two_uploads_to_one_address_one_wins(media: MediaServer, alice: int) -> None:
    media_id = await create(media.ctx, alice)
    bodies = [SlowUpload(), SlowUpload()]
    tasks = [
        asyncio.create_task(
            upload_pending_media(media.ctx, SERVER, media_id, replace(upload_of(alice), chunks=body.chunks()))
        )
        for body in bodies
    ]
    for body in bodies:
        await body.began.wait()
    for body in bodies:
        body.go_on.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["CannotOverwriteMedia", "NoneType"]


async def test_nobody_else_can_fill_an_address(media: MediaServer, alice: int) -> None:
    media_id = await create(media.ctx, alice)
    with pytest.raises(Forbidden):
        await upload_pending_media(media.ctx, SERVER, media_id, upload_of(await media.user("bob"), b"x"))


@pytest.mark.parametrize(("origin", "media_id"), [(SERVER, "unknown"), ("other.org", "abc"), (SERVER, "..")])
async def test_address_that_was_never_created_cannot_be_filled(
    media: MediaServer, alice: int, origin: str, media_id: str
) -> None:
    with pytest.raises(NotFound):
        await upload_pending_media(media.ctx, origin, media_id, upload_of(alice, b"x"))


async def test_expired_address_is_neither_filled_nor_found(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    media_id = await create(media.ctx, alice)
    clock.advance(media.ctx.limits.unused_expires_after_ms)
    with pytest.raises(NotFound):
        await upload_pending_media(media.ctx, SERVER, media_id, upload_of(alice, b"x"))
    with pytest.raises(NotFound):
        await find(media.ctx, media_id)


async def test_upload_that_began_in_time_may_end_later(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    media_id = await create(media.ctx, alice)
    body = SlowUpload()
    upload = replace(upload_of(alice), chunks=body.chunks())
    task = asyncio.create_task(upload_pending_media(media.ctx, SERVER, media_id, upload))
    await body.began.wait()
    clock.advance(media.ctx.limits.unused_expires_after_ms + 1)
    body.go_on.set()
    await task
    assert (await find(media.ctx, media_id)).blob.size_bytes == 12


async def test_pending_addresses_are_limited_per_user_until_filled_or_expired(
    media: MediaServer, alice: int, clock: FakeClock
) -> None:
    ctx = media.limited(max_pending_uploads=2)
    first = await create(ctx, alice)
    clock.advance(1000)
    await create(ctx, alice)
    with pytest.raises(LimitExceeded) as refusal:
        await create(ctx, alice)
    assert refusal.value.retry_after_ms == ctx.limits.unused_expires_after_ms - 1000
    await create(ctx, await media.user("bob"))
    await upload_pending_media(ctx, SERVER, first, upload_of(alice, b"x"))
    await create(ctx, alice)
    clock.advance(ctx.limits.unused_expires_after_ms)
    await create(ctx, alice)


async def test_addresses_created_at_once_cannot_pass_the_limit(media: MediaServer, alice: int) -> None:
    ctx = media.limited(max_pending_uploads=3)
    results = await asyncio.gather(*(create_media(ctx, alice) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(result, LimitExceeded) for result in results) == 5


async def test_content_that_does_not_come_is_not_yet_uploaded(media: MediaServer, alice: int) -> None:
    media_id = await create(media.ctx, alice)
    with pytest.raises(NotYetUploaded) as refusal:
        await find(media.ctx, media_id)
    assert (refusal.value.errcode, refusal.value.status) == ("M_NOT_YET_UPLOADED", 504)


async def test_wait_ends_at_its_deadline_whatever_the_client_asks_for(media: MediaServer, alice: int) -> None:
    media_id = await create(media.ctx, alice)
    ctx = replace(media.limited(max_wait_for_upload_ms=20), clock=SystemClock())
    await media.execute("UPDATE media SET unused_expires_ms = 9000000000000")
    with pytest.raises(NotYetUploaded):
        await find(ctx, media_id, timeout_ms=10**15)


async def test_download_waits_for_content_uploaded_through_the_same_process(
    media: MediaServer, alice: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeserver.media.wait_for_upload.POLL_S", 60)
    media_id = await create(media.ctx, alice)
    waiting = await start_waiting(media.ctx, media_id)
    await upload_pending_media(media.ctx, SERVER, media_id, upload_of(alice, b"here"))
    assert (await waiting).blob.size_bytes == 4


async def test_download_waits_for_content_uploaded_through_another_process(
    media: MediaServer, alice: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeserver.media.wait_for_upload.POLL_S", 0.01)
    media_id = await create(media.ctx, alice)
    waiting = await start_waiting(media.ctx, media_id)
    await upload_pending_media(media.other_process(), SERVER, media_id, upload_of(alice, b"here"))
    assert (await waiting).blob.size_bytes == 4


async def test_too_many_waiting_downloads_are_answered_at_once(media: MediaServer, alice: int) -> None:
    media_id = await create(media.ctx, alice)
    ctx = media.limited(max_waiting_downloads=1)
    waiting = await start_waiting(ctx, media_id)
    with pytest.raises(NotYetUploaded):
        await find(ctx, media_id, timeout_ms=30_000)
    await upload_pending_media(ctx, SERVER, media_id, upload_of(alice, b"x"))
    await waiting


async def start_waiting(ctx: MediaContext, media_id: str) -> "asyncio.Task[FoundMedia]":
    task = asyncio.create_task(find(ctx, media_id, timeout_ms=30_000))
    while not ctx.arrivals.waiting:
        await asyncio.sleep(0)
    return task
