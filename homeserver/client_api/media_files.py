"""Answers that carry a stored file: headers, conditional and range requests, the stream of its bytes."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from multidict import CIMultiDict

from homeserver.http.cors import CORS_HEADERS
from homeserver.media.blob_store import CHUNK_BYTES, BlobStore
from homeserver.media.content_disposition import content_disposition
from homeserver.storage.media import Blob

# Sent with every file whatever its type is called: nothing here decides by content type.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; "
        "style-src 'unsafe-inline'; object-src 'self';"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive, noimageindex",
}
# An address never changes its content, but a quarantine must reach shared caches within a day.
PRIVATE_CACHING: Final = "private, max-age=31536000, immutable"
SHARED_CACHING: Final = "public, max-age=86400, immutable"

_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-(\d{1,18}))")


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file to answer with; `shared_cache` says whether proxies may keep it for everybody."""

    blob: Blob
    content_type: str
    name: str | None
    shared_cache: bool = False


class RangeNotSatisfiable(Exception):
    """The range begins behind the end of the file."""


async def send_file(request: web.Request, blobs: BlobStore, file: ServedFile) -> web.StreamResponse:
    """Answer with the file: 200, 206 for one range, 304 for what the client has, or 416.

    Raises: NotFound when the bytes are missing.
    """
    headers = _headers(file)
    if _is_known(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    size_bytes = file.blob.size_bytes
    try:
        part = _range(request, size_bytes, headers["ETag"])
    except RangeNotSatisfiable:
        headers["Content-Range"] = f"bytes */{size_bytes}"
        return web.Response(status=416, headers=headers)
    start, end = part or (0, size_bytes)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size_bytes}"
    headers["Content-Type"] = file.content_type
    headers["Content-Length"] = str(end - start)
    response = web.StreamResponse(status=200 if part is None else 206, headers=headers)
    if request.method == "HEAD":
        return response
    return await _stream(request, response, blobs.read(file.blob, start, end))


def _headers(file: ServedFile) -> CIMultiDict[str]:
    etag = base64.urlsafe_b64encode(file.blob.sha256).decode().rstrip("=")
    return CIMultiDict(
        SECURITY_HEADERS,
        **{
            "Accept-Ranges": "bytes",
            "Cache-Control": SHARED_CACHING if file.shared_cache else PRIVATE_CACHING,
            "Content-Disposition": content_disposition(file.content_type, file.name),
            "ETag": f'"{etag}"',
        },
    )


def _is_known(request: web.Request, etag: str) -> bool:
    known = request.headers.get("If-None-Match", "")
    return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


def _range(request: web.Request, size_bytes: int, etag: str) -> tuple[int, int] | None:
    """Return start and end (exclusive) of the one range asked for; None for none, several, or nonsense.

    Raises: RangeNotSatisfiable.
    """
    if request.headers.get("If-Range", etag) != etag:
        return None
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if match is None:
        return None
    first, last, suffix = match.groups()
    start = max(0, size_bytes - int(suffix)) if first is None else int(first)
    end = min(size_bytes, int(last) + 1) if last else size_bytes
    if last and int(last) < start:
        return None
    if start >= size_bytes:
        raise RangeNotSatisfiable
    return start, end


async def _stream(
    request: web.Request, response: web.StreamResponse, chunks: AsyncIterator[bytes]
) -> web.StreamResponse:
    """Send the chunks. A missing file is found out before the headers are gone."""
    first = await anext(chunks, b"")
    if int(response.headers["Content-Length"]) <= min(len(first), CHUNK_BYTES):
        return web.Response(status=response.status, headers=response.headers, body=first)
    # From here on the headers are sent, so what the dispatcher adds later would come too late.
    response.headers.update(CORS_HEADERS)
    await response.prepare(request)
    await response.write(first)
    async for chunk in chunks:
        await response.write(chunk)
    await response.write_eof()
    return response
