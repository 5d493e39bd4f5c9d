"""Caches that load what they lack: once for all who ask, and never what is out of date by then."""

import asyncio

from homeserver.caches import LoadingCache


class Source:
    """What a cache is loaded from. `loads` counts how often it was asked; `gate` keeps it from answering."""

    def __init__(self) -> None:
        self.value = "first"
        self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.cache: LoadingCache[str, str] = LoadingCache(10, self._load)

    async def _load(self, _: str) -> str:
        self.loads += 1
        value = self.value
        await self.gate.wait()
        return value

    def change(self, value: str) -> None:
        self.value = value
        self.cache.invalidate("key")


async def test_all_who_ask_at_once_are_served_by_one_load() -> None:
    source = Source()
    assert await asyncio.gather(*(source.cache.get("key") for _ in range(3))) == ["first"] * 3
    assert await source.cache.get("key") == "first"
    assert source.loads == 1


async def test_what_changes_while_it_is_loaded_is_loaded_again() -> None:
    source = Source()
    source.gate.clear()
    asked = asyncio.create_task(source.cache.get("key"))
    while not source.loads:
        await asyncio.sleep(0)
    source.change("second")
    source.gate.set()
    assert await asked == "second"


async def test_what_changes_between_its_loading_and_the_asker_s_turn_is_loaded_again() -> None:
    """Regression: a sync could skip a change of membership, for its position was read after the change."""
    source = Source()
    asked = asyncio.create_task(source.cache.get("key"))
    while source.cache.peek("key") is None:
        await asyncio.sleep(0)
    assert not asked.done(), "the asker has yet to be told"
    source.change("second")
    assert await asked == "second"


async def test_a_failed_load_is_told_to_who_asked_and_tried_again() -> None:
    async def fail(_: str) -> str:
        raise OSError(len(failures))

    failures: list[OSError] = []
    cache: LoadingCache[str, str] = LoadingCache(10, fail)
    for _ in range(2):
        try:
            await cache.get("key")
        except OSError as error:
            failures.append(error)
    assert [error.args for error in failures] == [(0,), (1,)]
