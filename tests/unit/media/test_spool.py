import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from homeserver.errors import TooLarge, Unavailable
from homeserver.media import spool as spool_module
from homeserver.media.spool import BATCH_BYTES, Spool
from tests.unit.media.folders import names_in


async def chunks_of(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def many_chunks(chunk: bytes, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield chunk


async def test_received_file_is_hashed_and_lies_on_disk(tmp_path: Path) -> None:
    async with Spool(tmp_path / "in").receive(chunks_of(b"ab", b"", b"c"), 3) as spooled:
        assert spooled.path.read_bytes() == b"abc"
        assert spooled.size_bytes == 3
        assert spooled.sha256 == hashlib.sha256(b"abc").digest()


async def test_file_is_gone_when_nobody_took_it(tmp_path: Path) -> None:
    async with Spool(tmp_path).receive(chunks_of(b"abc"), 3):
        pass
    assert names_in(tmp_path) == []


async def test_file_that_somebody_took_stays_where_it_went(tmp_path: Path) -> None:
    async with Spool(tmp_path / "in").receive(chunks_of(b"abc"), 3) as spooled:
        spooled.path.rename(tmp_path / "taken")
    assert (tmp_path / "taken").read_bytes() == b"abc"


async def test_stream_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b"x" * 1000

    with pytest.raises(TooLarge) as refusal:
        async with Spool(tmp_path).receive(endless(), 10_000):
            pass
    assert (refusal.value.errcode, refusal.value.status) == ("M_TOO_LARGE", 413)
    assert sent == 11_000
    assert names_in(tmp_path) == []


async def test_interrupted_upload_leaves_no_file(tmp_path: Path) -> None:
    async def breaks_off() -> AsyncIterator[bytes]:
        yield b"x" * BATCH_BYTES
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with Spool(tmp_path).receive(breaks_off(), 10**9):
            pass
    assert names_in(tmp_path) == []


async def test_large_upload_never_lies_in_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    async with Spool(tmp_path).receive(many_chunks(b"x" * 65_536, 320), 10**9) as spooled:
        _, peak_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert spooled.size_bytes == 20 * 1024 * 1024
    assert peak_bytes < 8 * BATCH_BYTES


async def test_full_disk_refuses_uploads(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        async with Spool(tmp_path, min_free_bytes=2**62).receive(chunks_of(b"x"), 10):
            pass
    assert names_in(tmp_path) == []


async def test_disk_is_looked_at_again_while_an_upload_comes_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "FREE_SPACE_CHECK_BYTES", 2 * BATCH_BYTES)
    sent = 0

    async def fills_the_disk() -> AsyncIterator[bytes]:
        nonlocal sent
        for sent in range(1, 11):
            if sent == 3:
                monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
            yield b"x" * BATCH_BYTES

    with pytest.raises(Unavailable):
        async with Spool(tmp_path).receive(fills_the_disk(), 10**9):
            pass
    assert sent == 3


async def test_adopted_file_is_hashed(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    with spool.file() as path:
        path.write_bytes(b"abc")
        spooled = await spool.adopt(path)
    assert (spooled.sha256, spooled.size_bytes) == (hashlib.sha256(b"abc").digest(), 3)


async def test_files_left_by_a_crash_are_removed_when_old(tmp_path: Path) -> None:
    for name, written_s in (("old", 1000), ("new", 3000)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (written_s, written_s))
    assert await asyncio.to_thread(Spool(tmp_path).remove_older_than, 2000, 10) == 1
    assert names_in(tmp_path) == ["new"]
    assert Spool(tmp_path / "never-used").remove_older_than(2000, 10) == 0
