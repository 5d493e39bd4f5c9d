"""Files that were uploaded here, for other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#content-repository
"""

from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.ports.media import MediaFile, ThumbnailSize
from federation.routes.routing import BytesAnswer, FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

DEFAULT_TIMEOUT_MS: Final = 20_000
MAX_SIDE_PIXELS: Final = 65_535


@routes.get("/_matrix/federation/v1/media/download/{mediaId}")
async def get_download(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /media/download/{mediaId}: a file."""
    timeout_ms = request.query_int("timeout_ms", DEFAULT_TIMEOUT_MS)
    return _multipart(await ctx.media.open_file(request.params["mediaId"], timeout_ms=timeout_ms))


@routes.get("/_matrix/federation/v1/media/thumbnail/{mediaId}")
async def get_thumbnail(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /media/thumbnail/{mediaId}: a smaller version of a picture."""
    method = request.optional_query("method") or "scale"
    if method not in ("crop", "scale"):
        raise FederationRefusal(400, "M_INVALID_PARAM", "method must be crop or scale")
    size = ThumbnailSize(
        _side(request, "width"), _side(request, "height"), method, request.query_bool("animated")
    )
    timeout_ms = request.query_int("timeout_ms", DEFAULT_TIMEOUT_MS)
    return _multipart(await ctx.media.open_thumbnail(request.params["mediaId"], size, timeout_ms=timeout_ms))


def _side(request: FederationRequest, name: str) -> int:
    request.required_query(name)
    side = request.query_int(name, 0, maximum=MAX_SIDE_PIXELS)
    if side < 1:
        raise FederationRefusal(400, "M_INVALID_PARAM", f"{name} must be at least 1")
    return side


def _multipart(file: MediaFile) -> BytesAnswer:
    """Put a file behind its metadata, of which none is defined yet."""
    boundary = token_hex(16)
    return BytesAnswer(f"multipart/mixed; boundary={boundary}", _parts(file, boundary.encode()))


async def _parts(file: MediaFile, boundary: bytes) -> AsyncIterator[bytes]:
    yield b"--%b\r\nContent-Type: application/json\r\n\r\n{}\r\n--%b\r\n" % (boundary, boundary)
    headers = f"Content-Type: {file.content_type}\r\nContent-Disposition: {file.disposition}\r\n\r\n"
    yield headers.encode()
    async for chunk in file.chunks:
        yield chunk
    yield b"\r\n--%b--\r\n" % boundary
