"""The content repository over HTTP."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest

from homeserver.http.context import Services
from tests.api.client import ApiClient, Reply
from tests.unit.media.pictures import decode, picture

DOWNLOAD = "/_matrix/client/v1/media/download"
THUMBNAIL = "/_matrix/client/v1/media/thumbnail"
UPLOAD = "/_matrix/media/v3/upload"
SERVER = "example.org"


async def upload(
    user: ApiClient, data: bytes, content_type: str | None = "text/plain", name: str | None = None
) -> str:
    """Upload a file and return its address as it stands in paths."""
    reply = await try_upload(user, data, content_type, name)
    uri: str = reply.ok()["content_uri"]
    assert uri.startswith(f"mxc://{SERVER}/")
    return uri.removeprefix("mxc://")


async def try_upload(
    user: ApiClient, data: bytes, content_type: str | None = "text/plain", name: str | None = None
) -> Reply:
    return await user.request(
        "POST",
        UPLOAD,
        data=data,
        params={} if name is None else {"filename": name},
        headers={} if content_type is None else {"Content-Type": content_type},
    )


async def test_uploaded_file_is_downloaded_as_it_was(alice: ApiClient, bob: ApiClient) -> None:
    data = bytes(range(256)) * 4000
    address = await upload(alice, data, "application/x-odd", "a b.bin")
    reply = await bob.get(f"{DOWNLOAD}/{address}")
    assert reply.status == 200
    assert reply.body == data
    assert reply.headers["Content-Type"] == "application/x-odd"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="a b.bin"'
    assert reply.headers["Content-Length"] == str(len(data))


async def test_download_without_type_and_name_is_octets(alice: ApiClient) -> None:
    address = await upload(alice, b"x", None)
    reply = await alice.get(f"{DOWNLOAD}/{address}")
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Content-Disposition"] == "attachment"


async def test_name_in_the_path_replaces_the_uploaded_one(alice: ApiClient) -> None:
    address = await upload(alice, b"x", "text/plain", "old.txt")
    for path, name in [("new.txt", 'filename="new.txt"'), ("%F0%9F%90%88", "filename*=utf-8''%F0%9F%90%88")]:
        reply = await alice.get(f"{DOWNLOAD}/{address}/{path}")
        assert reply.headers["Content-Disposition"] == f"inline; {name}"


async def test_every_file_has_the_security_headers(alice: ApiClient) -> None:
    """A policy that depended on how a type is spelled would let scripts run."""
    for content_type in (
        "image/svg+xml",
        "IMAGE/SVG+XML",
        "TEXT/html; charset=utf-8",
        "text/plain",
        "Image/PNG",
    ):
        kind = "inline" if content_type in ("text/plain", "Image/PNG") else "attachment"
        for data in (b"<script>", b"<script>" * 100_000):
            headers = (await alice.get(f"{DOWNLOAD}/{await upload(alice, data, content_type)}")).headers
            assert headers["Content-Security-Policy"].startswith(
                "sandbox; default-src 'none'; script-src 'none'"
            )
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert headers["Access-Control-Allow-Origin"] == "*"
            assert headers["Content-Disposition"] == kind


async def test_unchanged_file_is_not_sent_again(alice: ApiClient) -> None:
    path = f"{DOWNLOAD}/{await upload(alice, b'hello')}"
    first = await alice.get(path)
    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = await alice.request("GET", path, headers={"If-None-Match": f'"other", W/{first.headers["ETag"]}'})
    assert (again.status, again.body) == (304, b"")
    changed = await alice.request("GET", path, headers={"If-None-Match": '"other"'})
    assert changed.status == 200


async def test_part_of_a_file_can_be_asked_for(alice: ApiClient) -> None:
    path = f"{DOWNLOAD}/{await upload(alice, b'0123456789')}"
    for asked, status, body, content_range in [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("bytes=5-3", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ]:
        reply = await alice.request("GET", path, headers={"Range": asked})
        assert (reply.status, reply.body, reply.headers.get("Content-Range")) == (status, body, content_range)


async def test_part_of_a_large_file_is_streamed_with_its_headers(alice: ApiClient) -> None:
    data = bytes(range(256)) * 4000
    path = f"{DOWNLOAD}/{await upload(alice, data)}"
    reply = await alice.request("GET", path, headers={"Range": "bytes=100000-899999"})
    assert (reply.status, reply.headers["Content-Range"]) == (206, "bytes 100000-899999/1024000")
    assert reply.body == data[100000:900000]


async def test_part_of_a_file_that_changed_is_the_whole_file(alice: ApiClient) -> None:
    path = f"{DOWNLOAD}/{await upload(alice, b'0123456789')}"
    headers = {"Range": "bytes=0-3", "If-Range": '"older"'}
    assert (await alice.request("GET", path, headers=headers)).body == b"0123456789"


async def test_head_tells_the_size_without_the_bytes(alice: ApiClient) -> None:
    reply = await alice.request("HEAD", f"{DOWNLOAD}/{await upload(alice, b'hello')}")
    assert (reply.status, reply.headers["Content-Length"], reply.body) == (200, "5", b"")


async def test_empty_file_is_downloaded(alice: ApiClient) -> None:
    reply = await alice.get(f"{DOWNLOAD}/{await upload(alice, b'')}")
    assert (reply.status, reply.body) == (200, b"")


async def test_path_traversal_and_unknown_addresses_are_not_found(alice: ApiClient) -> None:
    """CVE-2021-41281."""
    for address in (
        f"{SERVER}/unknown",
        f"{SERVER}/..%2f..%2f..%2fetc%2fpasswd",
        f"{SERVER}/%2e%2e",
        "..%2f..%2fetc/passwd",
        f"{SERVER}/%C3%A4",
    ):
        for path in (f"{DOWNLOAD}/{address}", f"{THUMBNAIL}/{address}?width=32&height=32"):
            reply = await alice.get(path)
            assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")


async def test_file_of_a_server_that_cannot_be_reached_is_a_failure_of_the_gateway(alice: ApiClient) -> None:
    for path in (f"{DOWNLOAD}/other.invalid/abc", f"{THUMBNAIL}/other.invalid/abc?width=32&height=32"):
        assert (await alice.get(path)).status == 502


async def test_media_needs_an_access_token(client: ApiClient, alice: ApiClient) -> None:
    address = await upload(alice, b"x")
    for method, path in [
        ("GET", f"{DOWNLOAD}/{address}"),
        ("GET", f"{THUMBNAIL}/{address}?width=1&height=1"),
        ("GET", "/_matrix/client/v1/media/config"),
        ("GET", "/_matrix/media/v3/config"),
        ("POST", UPLOAD),
        ("POST", "/_matrix/media/v1/create"),
        ("PUT", f"{UPLOAD}/{address}"),
    ]:
        reply = await client.request(method, path)
        assert (reply.status, reply.errcode) == (401, "M_MISSING_TOKEN")


async def test_deprecated_endpoints_are_frozen(client: ApiClient, alice: ApiClient) -> None:
    address = await upload(alice, picture((40, 40)), "image/png")
    for path in (
        f"download/{address}",
        f"download/{address}/a.png",
        f"thumbnail/{address}?width=32&height=32",
    ):
        reply = await client.get(f"/_matrix/media/v3/{path}")
        assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")


@pytest.mark.parametrize("overrides", [{"media": {"allow_unauthenticated": True}}])
async def test_operator_can_thaw_the_deprecated_endpoints(client: ApiClient, alice: ApiClient) -> None:
    address = await upload(alice, picture((40, 40)), "image/png")
    for path in (
        f"download/{address}",
        f"download/{address}/a.png",
        f"thumbnail/{address}?width=32&height=32",
    ):
        reply = await client.get(f"/_matrix/media/v3/{path}")
        assert reply.status == 200
        assert reply.headers["Cache-Control"].startswith("public,")


@pytest.mark.parametrize("overrides", [{"media": {"max_upload": 1000}}])
async def test_too_large_an_upload_is_refused(alice: ApiClient) -> None:
    for path in ("/_matrix/client/v1/media/config", "/_matrix/media/v3/config"):
        assert (await alice.get(path)).ok() == {"m.upload.size": 1000}
    await upload(alice, b"x" * 1000)
    declared = await try_upload(alice, b"x" * 1001)
    assert (declared.status, declared.errcode) == (413, "M_TOO_LARGE")

    async def undeclared() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 400

    url = alice.base_url + UPLOAD
    headers = {"Authorization": f"Bearer {alice.access_token}"}
    async with alice.session.post(url, data=undeclared(), headers=headers) as response:
        assert response.status == 413
        assert (await response.json())["errcode"] == "M_TOO_LARGE"


async def test_compressed_upload_is_refused(alice: ApiClient) -> None:
    reply = await alice.request(
        "POST", UPLOAD, data=gzip.compress(b"x" * 10_000), headers={"Content-Encoding": "gzip"}
    )
    assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")


async def test_body_is_stored_unparsed_whatever_its_type(alice: ApiClient) -> None:
    """CVE-2024-52805: no content type makes the server buffer or decode a body."""
    data = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\n{"
    for content_type in (
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "text/xml",
    ):
        reply = await alice.get(f"{DOWNLOAD}/{await upload(alice, data, content_type)}")
        assert reply.body == data


async def test_malformed_upload_is_refused(alice: ApiClient) -> None:
    for content_type in ("nonsense", "text/" + "x" * 300, "text/ html"):
        reply = await try_upload(alice, b"x", content_type)
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")
    for name in ("x" * 2000, "a\0b"):
        reply = await try_upload(alice, b"x", name=name)
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")


async def test_upload_that_breaks_off_leaves_nothing(alice: ApiClient, services: Services) -> None:
    host, port = alice.base_url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.access_token}\r\n"
    writer.write(head.encode() + b"Content-Length: 99\r\n\r\nonly this")
    await writer.drain()
    incoming = services.settings.data_dir / "media" / "incoming"
    while not (incoming.exists() and list(incoming.iterdir())):
        await asyncio.sleep(0)
    writer.close()
    await writer.wait_closed()
    while list(incoming.iterdir()):
        await asyncio.sleep(0)
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM media") == 0


async def test_created_address_is_filled_once_and_by_its_maker_only(alice: ApiClient, bob: ApiClient) -> None:
    created = (await alice.post("/_matrix/media/v1/create")).ok()
    address = created["content_uri"].removeprefix("mxc://")
    early = await alice.get(f"{DOWNLOAD}/{address}", timeout_ms=0)
    assert (early.status, early.errcode) == (504, "M_NOT_YET_UPLOADED")
    stranger = await bob.request("PUT", f"{UPLOAD}/{address}", data=b"no")
    assert (stranger.status, stranger.errcode) == (403, "M_FORBIDDEN")
    assert (await alice.request("PUT", f"{UPLOAD}/{address}", data=b"yes")).ok() == {}
    again = await alice.request("PUT", f"{UPLOAD}/{address}", data=b"again")
    assert (again.status, again.errcode) == (409, "M_CANNOT_OVERWRITE_MEDIA")
    assert (await bob.get(f"{DOWNLOAD}/{address}")).body == b"yes"


async def test_created_address_tells_when_it_expires(alice: ApiClient, services: Services) -> None:
    created = (await alice.post("/_matrix/media/v1/create")).ok()
    assert created["unused_expires_at"] == services.clock.now_ms() + 24 * 60 * 60 * 1000


@pytest.mark.parametrize("overrides", [{"media": {"pending_uploads": 1}}])
async def test_too_many_created_addresses_are_refused(alice: ApiClient) -> None:
    (await alice.post("/_matrix/media/v1/create")).ok()
    reply = await alice.post("/_matrix/media/v1/create")
    assert (reply.status, reply.errcode) == (429, "M_LIMIT_EXCEEDED")
    assert reply.headers["Retry-After"] == str(24 * 60 * 60)


async def test_download_waits_for_a_created_address(alice: ApiClient) -> None:
    address = (await alice.post("/_matrix/media/v1/create")).ok()["content_uri"].removeprefix("mxc://")
    waiting = asyncio.create_task(alice.get(f"{DOWNLOAD}/{address}"))
    (await alice.request("PUT", f"{UPLOAD}/{address}", data=b"late")).ok()
    assert (await waiting).body == b"late"


async def test_quota_is_forbidden(services: Services, alice: ApiClient) -> None:
    async with services.db.acquire() as conn:
        await upload(alice, b"x")
        await conn.execute("UPDATE media SET size_bytes = 100 * 1024 ^ 3")
    reply = await try_upload(alice, b"x")
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")


async def test_thumbnail_is_a_small_inline_picture(alice: ApiClient) -> None:
    address = await upload(alice, picture((400, 200), "JPEG"), "image/jpeg")
    reply = await alice.get(f"{THUMBNAIL}/{address}", width=30, height=30, method="crop")
    assert decode(reply.body).size == (32, 32)
    assert reply.headers["Content-Type"] == "image/jpeg"
    assert reply.headers["Content-Disposition"] == 'inline; filename="thumbnail.jpeg"'
    assert reply.headers["Content-Security-Policy"].startswith("sandbox;")


async def test_senseless_thumbnail_is_a_bad_request(alice: ApiClient) -> None:
    path = f"{THUMBNAIL}/{await upload(alice, b'no picture', 'image/png')}"
    for query, errcode in [
        ("height=32", "M_MISSING_PARAM"),
        ("width=32", "M_MISSING_PARAM"),
        ("width=a&height=32", "M_INVALID_PARAM"),
        ("width=-1&height=32", "M_INVALID_PARAM"),
        ("width=0&height=32", "M_INVALID_PARAM"),
        ("width=32&height=32&method=stretch", "M_INVALID_PARAM"),
        ("width=32&height=32&animated=perhaps", "M_INVALID_PARAM"),
        ("width=32&height=32&timeout_ms=-1", "M_INVALID_PARAM"),
        ("width=32&height=32", "M_UNKNOWN"),
    ]:
        reply = await alice.get(f"{path}?{query}")
        assert (reply.status, reply.errcode) == (400, errcode)


async def test_missing_bytes_are_an_error_not_a_broken_answer(alice: ApiClient, services: Services) -> None:
    address = await upload(alice, b"x" * 1_000_000)
    stored = services.settings.data_dir / "media"
    for path in stored.rglob("*-*"):
        path.unlink()
    reply = await alice.get(f"{DOWNLOAD}/{address}")
    assert (reply.status, reply.errcode) == (404, "M_NOT_FOUND")
