"""As much of S3 as the object-store library asks for, on a loopback port."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer


class FakeS3:
    """Objects by path. While `broken`, every request is refused as unauthorized, which nobody retries."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.broken = False

    async def answer(self, request: web.Request) -> web.Response:
        if self.broken:
            return web.Response(status=403, text="<Error><Code>AccessDenied</Code></Error>")
        if request.method == "PUT":
            self.objects[request.path] = await request.read()
            return web.Response(headers={"ETag": '"tag"'})
        if request.method == "POST":
            return self._delete(request.path, await request.text())
        data = self.objects.get(request.path)
        return web.Response(status=404) if data is None else _object(request, data)

    def _delete(self, bucket_path: str, keys_xml: str) -> web.Response:
        keys = re.findall("<Key>(.*?)</Key>", keys_xml)
        for key in keys:
            self.objects.pop(f"{bucket_path}/{key}", None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        return web.Response(text=f"<DeleteResult>{deleted}</DeleteResult>", content_type="application/xml")


@asynccontextmanager
async def running_s3() -> AsyncIterator[tuple[FakeS3, str]]:
    """Serve an empty bucket; also give its URL."""
    bucket = FakeS3()
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", bucket.answer)
    async with TestServer(app) as server:
        yield bucket, str(server.make_url("")).rstrip("/")


def _object(request: web.Request, data: bytes) -> web.Response:
    asked = request.http_range
    part = data[asked]
    headers = {"ETag": '"tag"', "Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT"}
    if asked.start is None:
        return web.Response(body=part, headers=headers)
    headers["Content-Range"] = f"bytes {asked.start}-{asked.start + len(part) - 1}/{len(data)}"
    return web.Response(status=206, body=part, headers=headers)
