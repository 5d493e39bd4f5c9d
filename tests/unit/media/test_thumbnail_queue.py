import asyncio

import pytest

from homeserver.errors import LimitExceeded, TooLarge
from homeserver.media.thumbnail_queue import ThumbnailQueue


class Worker:
    """Holds a turn until told to end it."""

    def __init__(self, queue: ThumbnailQueue, blob_nid: int) -> None:
        self.began = asyncio.Event()
        self.end = asyncio.Event()
        self.task = asyncio.create_task(self._work(queue, blob_nid))

    async def _work(self, queue: ThumbnailQueue, blob_nid: int) -> None:
        async with queue.turn(blob_nid):
            self.began.set()
            await self.end.wait()

    async def finish(self) -> None:
        self.end.set()
        await self.task


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_one_picture_is_worked_on_once_at_a_time() -> None:
    queue = ThumbnailQueue(at_once=2, queued=10)
    first, second, other = Worker(queue, 1), Worker(queue, 1), Worker(queue, 2)
    await settle()
    assert (first.began.is_set(), second.began.is_set(), other.began.is_set()) == (True, False, True)
    await first.finish()
    await settle()
    assert second.began.is_set()
    await second.finish()
    await other.finish()


async def test_only_so_many_pictures_are_worked_on_at_once() -> None:
    queue = ThumbnailQueue(at_once=1, queued=10)
    first, second = Worker(queue, 1), Worker(queue, 2)
    await settle()
    assert (first.began.is_set(), second.began.is_set()) == (True, False)
    await first.finish()
    await second.finish()


async def test_too_long_a_queue_is_refused_and_shrinks_again() -> None:
    queue = ThumbnailQueue(at_once=1, queued=2)
    workers = [Worker(queue, 1), Worker(queue, 2)]
    await settle()
    with pytest.raises(LimitExceeded):
        async with queue.turn(3):
            pass
    for worker in workers:
        await worker.finish()
    async with queue.turn(3):
        pass


async def test_failure_is_remembered_for_its_picture_only() -> None:
    queue = ThumbnailQueue(at_once=1, queued=2)
    queue.remember_failure(1, TooLarge("The picture is too large to thumbnail"))
    with pytest.raises(Exception, match="too large") as refusal:
        async with queue.turn(1):
            pass
    assert getattr(refusal.value, "status", None) == 413
    async with queue.turn(2):
        pass
