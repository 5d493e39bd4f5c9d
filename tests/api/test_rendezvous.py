"""Two devices meet: both protocols that clients speak for signing in with a QR code."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from homeserver.accounts import rendezvous
from homeserver.accounts.rendezvous import LIFETIME_MS, MAX_DATA_BYTES
from homeserver.app import RunningServer, running_server
from homeserver.config.settings import Settings
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock

OLD = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous"
NEW = "/_matrix/client/unstable/io.element.msc4388/rendezvous"
TEXT = {"Content-Type": "text/plain"}


@pytest.fixture
async def other_worker(
    client: ApiClient, server: RunningServer, settings: Settings, clock: FakeClock
) -> AsyncIterator[ApiClient]:
    """The other device, which speaks to another worker of the same server."""
    async with running_server(settings, clock) as other:
        yield replace(client, base_url=other.listeners.base_urls[0])


async def begin_old(client: ApiClient, data: bytes = b"") -> tuple[str, Reply]:
    reply = await client.request("POST", OLD, data=data, headers=TEXT)
    assert reply.status == 201, reply.body
    url = reply.json["url"]
    assert url.startswith(f"https://matrix.example.org{OLD}/")
    return url.removeprefix("https://matrix.example.org"), reply


async def put_old(client: ApiClient, path: str, data: bytes, etag: str) -> Reply:
    return await client.request("PUT", path, data=data, headers={**TEXT, "If-Match": etag})


async def test_both_protocols_are_advertised_and_a_browser_may_use_their_headers(client: ApiClient) -> None:
    versions = (await client.get("/_matrix/client/versions")).ok()
    assert versions["unstable_features"]["org.matrix.msc4108"] is True
    assert versions["unstable_features"]["io.element.msc4388"] is True
    preflight = await client.request("OPTIONS", OLD)
    assert "If-Match" in preflight.headers["Access-Control-Allow-Headers"]
    assert "If-None-Match" in preflight.headers["Access-Control-Allow-Headers"]
    assert "ETag" in preflight.headers["Access-Control-Expose-Headers"]


async def test_two_devices_exchange_notes_by_etag_through_different_workers(
    client: ApiClient, other_worker: ApiClient
) -> None:
    path, begun = await begin_old(client, b"hello")
    etag = begun.headers["ETag"]
    assert begun.headers["Expires"] == "Tue, 14 Nov 2023 22:18:20 GMT"
    assert begun.headers["X-Max-Bytes"] == str(MAX_DATA_BYTES)

    read = await other_worker.get(path)
    assert (read.status, read.body, read.headers["ETag"]) == (200, b"hello", etag)
    assert read.headers["Content-Type"] == "text/plain", "matrix-js-sdk compares it whole"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in read.headers["Cache-Control"]

    written = await put_old(other_worker, path, b"world", etag)
    assert written.status == 202
    assert written.headers["ETag"] != etag

    unchanged = await other_worker.request(
        "GET", path, headers={"If-None-Match": "W/" + written.headers["ETag"]}
    )
    assert (unchanged.status, unchanged.headers["ETag"]) == (304, written.headers["ETag"])
    changed = await client.request("GET", path, headers={"If-None-Match": etag})
    assert (changed.status, changed.body) == (200, b"world")

    late = await put_old(client, path, b"too late", etag)
    assert (late.status, late.json["org.matrix.msc4108.errcode"]) == (412, "M_CONCURRENT_WRITE")
    assert late.headers["ETag"] == written.headers["ETag"]

    assert (await client.delete(path)).status == 204
    assert (await other_worker.get(path)).errcode == "M_NOT_FOUND"
    assert (await client.delete(path)).status == 404


async def test_two_devices_exchange_notes_by_sequence_token_through_different_workers(
    client: ApiClient, other_worker: ApiClient
) -> None:
    assert (await client.get(NEW)).ok() == {"create_available": True}
    begun = (await client.post(NEW, {"data": "hello"})).ok()
    assert begun["expires_in_ms"] == LIFETIME_MS
    path = f"{NEW}/{begun['id']}"

    read = (await other_worker.get(path)).ok()
    assert read == {
        "data": "hello",
        "sequence_token": begun["sequence_token"],
        "expires_in_ms": LIFETIME_MS,
    }
    change = {"data": "wörld", "sequence_token": read["sequence_token"]}
    written = (await other_worker.put(path, change)).ok()
    assert (await client.get(path)).ok()["data"] == "wörld"

    late = await client.put(path, change)
    assert (late.status, late.errcode) == (409, "IO_ELEMENT_MSC4388_CONCURRENT_WRITE")
    answer = {"data": "answer", "sequence_token": written["sequence_token"]}
    first = (await client.put(f"{path}/txn1", answer)).ok()
    assert (await client.put(f"{path}/txn1", answer)).ok() == first, "sent again, it changes nothing"
    assert (await client.put(f"{path}/txn2", answer)).status == 409

    assert (await client.delete(path)).status == 200
    assert (await client.get(path)).errcode == "M_NOT_FOUND"


async def test_a_session_ends_at_its_time_and_is_not_of_the_other_protocol(
    client: ApiClient, clock: FakeClock
) -> None:
    path, begun = await begin_old(client)
    session_id = path.rpartition("/")[2]
    assert (await client.get(f"{NEW}/{session_id}")).status == 404
    assert (await client.delete(f"{NEW}/{session_id}")).status == 404
    clock.advance(LIFETIME_MS)
    assert (await client.get(path)).status == 404
    assert (await put_old(client, path, b"x", begun.headers["ETag"])).status == 404


async def test_what_a_session_takes_is_bounded(client: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    too_long = b"x" * (MAX_DATA_BYTES + 1)
    assert (await client.request("POST", OLD, data=too_long, headers=TEXT)).errcode == "M_TOO_LARGE"
    assert (await client.post(NEW, {"data": too_long.decode()})).errcode == "M_TOO_LARGE"
    wrong_type = await client.request("POST", OLD, data=b"{}", headers={"Content-Type": "text/html"})
    assert wrong_type.errcode == "M_INVALID_PARAM"
    path, begun = await begin_old(client)
    assert (await put_old(client, path, too_long, begun.headers["ETag"])).errcode == "M_TOO_LARGE"
    no_etag = await client.request("PUT", path, data=b"x", headers=TEXT)
    assert no_etag.errcode == "M_MISSING_PARAM"
    monkeypatch.setattr(rendezvous, "MAX_TRANSACTIONS", 1)
    etag = (await put_old(client, path, b"1", begun.headers["ETag"])).headers["ETag"]
    assert (await put_old(client, path, b"2", etag)).errcode == "M_LIMIT_EXCEEDED"
    monkeypatch.setattr(rendezvous, "MAX_SESSIONS", 1)
    assert (await client.post(NEW, {"data": ""})).errcode == "M_LIMIT_EXCEEDED"
    assert (await client.get(path)).body == b"1", "the sessions of others go on"


async def test_a_browser_does_not_show_a_session_as_a_page(client: ApiClient) -> None:
    old, _ = await begin_old(client, b"<script>alert(1)</script>")
    new = f"{NEW}/{(await client.post(NEW, {'data': '<b>'})).ok()['id']}"
    for path in (old, new):
        for header in (
            {"Sec-Fetch-Mode": "navigate"},
            {"Sec-Fetch-Dest": "iframe"},
            {"Sec-Fetch-User": "?1"},
        ):
            assert (await client.request("GET", path, headers=header)).errcode == "M_FORBIDDEN"
        allowed = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        assert (await client.request("GET", path, headers=allowed)).status == 200
