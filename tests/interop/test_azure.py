"""Uploads in Azure's Blob Storage, as far as its emulator is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeserver.media.blob_store import BlobStore
from tests.support.azurite import CONTAINER, is_azurite_here, running_azurite
from tests.unit.media.test_blob_store import blob_of, put, read_all

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(
        not is_azurite_here(), reason="azurite-blob is not installed (npm install -g azurite)"
    ),
]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    with running_azurite(tmp_path) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        yield BlobStore(f"az://{CONTAINER}/prefix")


async def test_files_are_stored_read_and_deleted(store: BlobStore, tmp_path: Path) -> None:
    data = bytes(range(256)) * 50_000
    large, small = await put(store, tmp_path, data, 1), await put(store, tmp_path, b"0123456789", 2)
    assert await read_all(store, large) == data
    assert await read_all(store, small, 2, 5) == b"234"
    assert not await store.has(blob_of(b"never stored"))
    await store.delete([large, large])
    assert not await store.has(large)
    assert await store.has(small)
