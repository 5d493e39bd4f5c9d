"""Downloads files of other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#content-repository
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from aiohttp import content_disposition_filename, parse_content_disposition

from federation.errors import PeerAnsweredBadly, PeerAnsweredTooMuch, PeerFailed, PeerRefused
from federation.protocol.ids import ServerName
from federation.transport.answers import Part, Stream
from federation.transport.client import FederationClient
from federation.transport.limits import Limits
from federation.transport.paths import Query, fill
from homeserver.errors import MatrixError, NotFound, NotYetUploaded
from homeserver.media.context import RemoteFile

TRANSFER_WITHIN_S: Final = 300.0


class PeersMedia:
    """The port `RemoteMedia` over federation: the endpoint of today, then that of older servers."""

    def __init__(self, client: FederationClient) -> None:
        self._client = client

    @asynccontextmanager
    async def download(
        self, origin: str, media_id: str, *, timeout_ms: int, max_bytes: int
    ) -> AsyncIterator[RemoteFile]:
        server = ServerName(origin)
        limits = Limits(timeout_s=timeout_ms / 1000 + TRANSFER_WITHIN_S, max_bytes=max_bytes)
        try:
            async with AsyncExitStack() as stack:
                yield await self._open(stack, server, media_id, timeout_ms, limits)
        except PeerFailed as failure:
            raise _as_told_to_clients(failure) from failure

    async def _open(
        self, stack: AsyncExitStack, server: ServerName, media_id: str, timeout_ms: int, limits: Limits
    ) -> RemoteFile:
        path = fill("/_matrix/federation/v1/media/download/{}", media_id)
        query: Query = {"timeout_ms": timeout_ms}
        try:
            stream = await stack.enter_async_context(self._client.stream(server, path, query, limits=limits))
        except PeerRefused as refusal:
            if refusal.errcode != "M_UNRECOGNIZED":
                raise
            return await self._open_unauthenticated(stack, server, media_id, timeout_ms, limits)
        file = await _file_part(stream, server)
        location = file.headers.get("Location")
        if location is not None:
            elsewhere = self._client.stream_url(server, location, limits=limits)
            stream = await stack.enter_async_context(elsewhere)
            file = Part(stream.headers, stream.chunks())
        return _remote_file(file)

    async def _open_unauthenticated(
        self, stack: AsyncExitStack, server: ServerName, media_id: str, timeout_ms: int, limits: Limits
    ) -> RemoteFile:
        path = fill("/_matrix/media/v3/download/{}/{}", server, media_id)
        query: Query = {"allow_remote": False, "timeout_ms": timeout_ms}
        stream = await stack.enter_async_context(self._client.stream(server, path, query, limits=limits))
        return _remote_file(Part(stream.headers, stream.chunks()))


async def _file_part(stream: Stream, server: ServerName) -> Part:
    """Return the part behind the metadata, of which none is defined yet."""
    parts = stream.parts()
    metadata = await anext(parts, None)
    async for _ in metadata.chunks if metadata else _nothing():
        pass
    file = await anext(parts, None)
    if file is None:
        raise PeerAnsweredBadly(server, "the answer has no file")
    return file


def _remote_file(part: Part) -> RemoteFile:
    _, parameters = parse_content_disposition(part.headers.get("Content-Disposition"))
    return RemoteFile(
        part.headers.get("Content-Type"), content_disposition_filename(parameters, "filename"), part.chunks
    )


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


def _as_told_to_clients(failure: PeerFailed) -> MatrixError:
    """Raises nothing: returns what somebody who asks for the file is told."""
    if isinstance(failure, PeerRefused):
        if failure.errcode == "M_NOT_YET_UPLOADED":
            return NotYetUploaded()
        if failure.errcode == "M_TOO_LARGE":
            return MatrixError("M_TOO_LARGE", 502, "The file is too large for its server to serve")
        if failure.status == 404:
            return NotFound("There is no such media")
    if isinstance(failure, PeerAnsweredTooMuch):
        return MatrixError("M_TOO_LARGE", 502, "The file is larger than files may be here")
    return MatrixError("M_UNKNOWN", 502, f"The file cannot be had: {failure.message}")
