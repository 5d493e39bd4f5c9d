"""Reading what other servers answer, within bounds, and saying what is wrong with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import (
    BodyPartReader,
    ClientError,
    ClientResponse,
    MultipartReader,
)

from federation.errors import PeerAnsweredBadly, PeerAnsweredTooMuch, PeerRefused, PeerUnreachable
from federation.protocol.canonical_json import JsonValue, decode_json
from federation.protocol.errors import JsonDecodeError
from federation.protocol.ids import ServerName
from federation.transport.connections import (
    READ_CHUNK_BYTES,
    BodyTooLong,
    explain,
)

LARGE_BYTES: Final = 256 * 1024
LONGEST_ERROR: Final = 500


class Stream:
    """The body of an answer that is still coming in."""

    def __init__(
        self, destination: ServerName, response: ClientResponse, max_bytes: int, deadline: float
    ) -> None:
        self.headers: Mapping[str, str] = response.headers
        self._destination = destination
        self._response = response
        self._max_bytes = max_bytes
        self._deadline = deadline

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body piece by piece. Raises PeerFailed where it breaks off, is too long or too slow."""
        return self._bounded(partial(self._response.content.read, READ_CHUNK_BYTES))

    async def parts(self) -> AsyncIterator["Part"]:
        """Yield the parts of a multipart body; each has to be read before the next. Raises PeerFailed."""
        if not self.headers.get("Content-Type", "").lower().startswith("multipart/"):
            raise PeerAnsweredBadly(self._destination, "the answer is not multipart")
        reader = MultipartReader.from_response(self._response)
        while True:
            with self._failures():
                async with asyncio.timeout_at(self._deadline):
                    part = await reader.next()
            if part is None:
                return
            if not isinstance(part, BodyPartReader):
                raise PeerAnsweredBadly(self._destination, "the answer has parts within parts")
            yield Part(part.headers, self._bounded(partial(part.read_chunk, READ_CHUNK_BYTES)))

    async def _bounded(self, read: Callable[[], Awaitable[bytes]]) -> AsyncIterator[bytes]:
        size = 0
        while True:
            with self._failures():
                async with asyncio.timeout_at(self._deadline):
                    chunk = await read()
            if not chunk:
                return
            size += len(chunk)
            if size > self._max_bytes:
                raise PeerAnsweredTooMuch(self._destination, f"more than {self._max_bytes} bytes")
            yield chunk

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            with failures_of(self._destination):
                yield
        except ValueError as error:  # what aiohttp says of malformed multipart bodies
            raise PeerAnsweredBadly(self._destination, str(error)) from error


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body."""

    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@contextmanager
def failures_of(destination: ServerName) -> Iterator[None]:
    """Turn what the network raises into a PeerFailed."""
    try:
        yield
    except BodyTooLong as error:
        raise PeerAnsweredBadly(destination, str(error)) from error
    except (ClientError, OSError) as error:  # a TimeoutError is an OSError
        raise PeerUnreachable(destination, explain(error)) from error


def refused(destination: ServerName, status: int, raw: bytes) -> PeerRefused:
    """Return the failure that an error answer is, with what it says of itself."""
    try:
        body = decode_json(raw)
    except JsonDecodeError:
        body = None
    body = body if isinstance(body, dict) else {}
    errcode, message = body.get("errcode"), body.get("error")
    return PeerRefused(
        destination,
        status,
        errcode[:LONGEST_ERROR] if isinstance(errcode, str) else "",
        message[:LONGEST_ERROR] if isinstance(message, str) else "",
        body,
    )


async def decode(destination: ServerName, raw: bytes) -> JsonValue:
    """Decode an answer, a large one beside the event loop. Raises PeerAnsweredBadly."""
    try:
        return decode_json(raw) if len(raw) < LARGE_BYTES else await asyncio.to_thread(decode_json, raw)
    except JsonDecodeError as error:
        raise PeerAnsweredBadly(destination, f"the answer is not JSON: {error}") from error
