import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from structlog.testing import capture_logs

from homeserver.errors import NotFound, Unavailable
from homeserver.media.blob_store import BlobStore, key_of
from homeserver.storage.media import Blob
from tests.support.google_storage import BUCKET as GOOGLE_BUCKET
from tests.support.google_storage import GoogleStorage, running_google_storage
from tests.support.object_store import BUCKET, ObjectStoreServer, running_object_store
from tests.unit.media.folders import names_in


def blob_of(data: bytes, blob_nid: int = 7) -> Blob:
    return Blob(blob_nid, hashlib.sha256(data).digest(), len(data))


async def read_all(store: BlobStore, blob: Blob, *span: int) -> bytes:
    return b"".join([chunk async for chunk in store.read(blob, *span)])


@pytest.fixture(scope="module")
def s3() -> Iterator[ObjectStoreServer]:
    with running_object_store() as server:
        yield server


@pytest.fixture
async def gs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GoogleStorage]:
    async with running_google_storage(tmp_path) as storage:
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(storage.key_file))
        yield storage


@pytest.fixture(params=["file", "memory", "s3", "gs"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BlobStore:
    match request.param:
        case "s3":
            return s3_store(request.getfixturevalue("s3"), monkeypatch, prefix=tmp_path.name)
        case "gs":
            request.getfixturevalue("gs")
            return BlobStore(f"gs://{GOOGLE_BUCKET}/{tmp_path.name}")
        case kind:
            return BlobStore((tmp_path / "store").as_uri() if kind == "file" else "memory:///")


def s3_store(server: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch, prefix: str) -> BlobStore:
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return BlobStore(f"s3://{BUCKET}/{prefix}")


async def put(store: BlobStore, folder: Path, data: bytes, blob_nid: int = 7) -> Blob:
    file = folder / f"spooled-{blob_nid}"
    file.write_bytes(data)
    blob = blob_of(data, blob_nid)
    await store.put(blob, file)
    return blob


async def test_stored_bytes_come_back(store: BlobStore, tmp_path: Path) -> None:
    blob = await put(store, tmp_path, b"0123456789")
    assert await store.has(blob)
    assert await read_all(store, blob) == b"0123456789"
    assert await read_all(store, blob, 2, 5) == b"234"
    assert await read_all(store, blob, 8) == b"89"


async def test_large_file_comes_back_in_chunks(tmp_path: Path) -> None:
    store = BlobStore((tmp_path / "store").as_uri())
    data = bytes(range(256)) * 4096 * 6
    blob = await put(store, tmp_path, data)
    chunks = [chunk async for chunk in store.read(blob)]
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) < len(data)


async def test_large_file_goes_to_google_in_parts_and_is_gone_once_deleted(
    gs: GoogleStorage, tmp_path: Path
) -> None:
    store = BlobStore(f"gs://{GOOGLE_BUCKET}/large")
    data = bytes(range(256)) * 4096 * 6
    blob = await put(store, tmp_path, data)
    assert (gs.completed, list(gs.objects)) == (1, [f"large/{key_of(blob)}"])
    assert await read_all(store, blob) == data
    assert await read_all(store, blob, 1_000_000, 1_000_005) == data[1_000_000:1_000_005]
    await store.delete([blob])
    assert gs.objects == {}


async def test_google_refuses_who_is_not_let_in(
    gs: GoogleStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = {**json.loads(gs.key_file.read_text()), "client_email": "somebody@else"}
    other = tmp_path / "other.json"
    other.write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(other))
    with pytest.raises(Unavailable):
        await put(BlobStore(f"gs://{GOOGLE_BUCKET}/x"), tmp_path, b"abc")


async def test_empty_file_comes_back(store: BlobStore, tmp_path: Path) -> None:
    blob = await put(store, tmp_path, b"")
    assert await read_all(store, blob) == b""


async def test_storing_twice_is_harmless(store: BlobStore, tmp_path: Path) -> None:
    blob = await put(store, tmp_path, b"same")
    await put(store, tmp_path, b"same")
    assert await read_all(store, blob) == b"same"


async def test_missing_bytes_are_not_found(store: BlobStore) -> None:
    assert not await store.has(blob_of(b"never stored"))
    with pytest.raises(NotFound):
        await read_all(store, blob_of(b"never stored"))


async def test_deleting_takes_only_the_row_meant(store: BlobStore, tmp_path: Path) -> None:
    old = await put(store, tmp_path, b"same", blob_nid=1)
    new = await put(store, tmp_path, b"same", blob_nid=2)
    await store.delete([old, old, blob_of(b"never stored")])
    assert not await store.has(old)
    assert await read_all(store, new) == b"same"


async def test_local_store_takes_the_file_over(tmp_path: Path) -> None:
    store = BlobStore((tmp_path / "st ore").as_uri())
    blob = await put(store, tmp_path, b"abc")
    assert names_in(tmp_path) == ["st ore"]
    local = store.local_file(blob)
    assert local == tmp_path / "st ore" / key_of(blob)
    assert local.read_bytes() == b"abc"


async def test_local_store_syncs_file_and_folders_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(
        "homeserver.media.blob_store.os.fsync",
        lambda fd: synced.append(str(Path(f"/proc/self/fd/{fd}").readlink())),
    )
    root = tmp_path / "store"
    blob = await put(BlobStore(root.as_uri()), tmp_path, b"abc")
    folder = (root / key_of(blob)).parent
    assert synced == [str(tmp_path / "spooled-7"), str(folder), str(root)]


async def test_store_that_refuses_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app) as server:
        endpoint = str(server.make_url("")).rstrip("/")
        store = s3_store(ObjectStoreServer(endpoint), monkeypatch, prefix="refused")
        blob = blob_of(b"abc")
        with capture_logs() as logs:
            with pytest.raises(Unavailable):
                await put(store, tmp_path, b"abc")
            with pytest.raises(Unavailable):
                await store.has(blob)
            with pytest.raises(Unavailable):
                await read_all(store, blob)
            with pytest.raises(Unavailable):
                await store.delete([blob])
    [line] = logs
    assert line["event"] == "media_store.unavailable"
    assert "AccessDenied" in line["reason"]


async def test_what_is_deleted_is_gone_from_the_bucket(
    s3: ObjectStoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = s3_store(s3, monkeypatch, prefix="gone")
    kept, deleted = await put(store, tmp_path, b"kept", 1), await put(store, tmp_path, b"deleted", 2)
    await store.delete([deleted])
    assert [key for key in s3.stored() if key.startswith("gone/")] == [f"gone/{key_of(kept)}"]


async def test_incomplete_configuration_is_unavailable_and_told() -> None:
    with capture_logs() as logs, pytest.raises(Unavailable):
        await BlobStore("az://account/container/path").has(blob_of(b"x"))
    [line] = logs
    assert "Account must be specified" in line["reason"]


async def test_store_that_is_back_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = 403

    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        endpoint = str(server.make_url("")).rstrip("/")
        store = s3_store(ObjectStoreServer(endpoint), monkeypatch, prefix="back")
        with capture_logs() as logs:
            with pytest.raises(Unavailable):
                await store.has(blob_of(b"abc"))
            status = 404
            assert not await store.has(blob_of(b"abc"))
            assert not await store.has(blob_of(b"abc"))
    assert [line["event"] for line in logs] == ["media_store.unavailable", "media_store.available_again"]


@pytest.mark.parametrize(
    "url", ["", "/var/media", "http://example.org/", "file://host/path", "file:relative"]
)
def test_unknown_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="should "):
        BlobStore(url)


def test_libraries_are_imported_on_first_use_only() -> None:
    program = (
        "import sys, homeserver.media.open_media, homeserver.media.thumbnail, homeserver.client_api.media;"
        "print([name for name in ('PIL', 'obstore') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=250
    )
    assert done.stdout.strip() == "[]"
