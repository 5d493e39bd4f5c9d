"""Read answers: bounded, as JSON objects, refusals as errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from time import time

import aiohttp
import orjson

from client_desktop.core.errors import (
    BadAnswer,
    CertificateRefused,
    ClientError,
    MatrixError,
    NeedsInteractiveAuth,
    NetworkUnavailable,
    RateLimited,
    TokenRejected,
)
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import (
    as_bool,
    as_int,
    as_list,
    as_object,
    as_optional_text,
    as_text,
    as_texts,
)

MAX_JSON_BYTES = 50 * 1024 * 1024
MAX_REFUSAL_BYTES = 256 * 1024
MAX_RETRY_AFTER_MS = 3_600_000
DEFAULT_RETRY_AFTER_MS = 1000
CHUNK_BYTES = 64 * 1024


@contextmanager
def network_errors() -> Iterator[None]:
    """Turn what the network can do to a request into errors of ours."""
    try:
        yield
    except (
        aiohttp.ClientConnectorCertificateError,
        aiohttp.ClientSSLError,
        aiohttp.ServerFingerprintMismatch,
    ) as error:
        raise CertificateRefused(str(error)) from error
    except (aiohttp.InvalidURL, aiohttp.TooManyRedirects) as error:
        raise BadAnswer(str(error)) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NetworkUnavailable(f"{type(error).__name__}: {error}") from error


async def read_bounded(response: aiohttp.ClientResponse, limit: int) -> bytes:
    """Read a body of at most `limit` bytes, as they are after decompression.

    Raises: BadAnswer when it is longer.
    """
    body = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > limit:
            raise BadAnswer(f"an answer of more than {limit} bytes")
    return bytes(body)


async def read_json(response: aiohttp.ClientResponse, limit: int = MAX_JSON_BYTES) -> JsonObject:
    """Read a JSON object.

    Raises: BadAnswer when it is none, or too long.
    """
    return decode_object(await read_bounded(response, limit))


async def read_body(response: aiohttp.ClientResponse) -> bytes:
    """Read a body as long as JSON may be.

    Raises: BadAnswer when it is too long.
    """
    return await read_bounded(response, MAX_JSON_BYTES)


def decode_list(body: bytes) -> list[object]:
    """Decode a JSON list.

    Raises: BadAnswer when it is none.
    """
    value = _decode(body)
    if not isinstance(value, list):
        raise BadAnswer("an answer that is no JSON list")
    return value


def decode_object(body: bytes | str) -> JsonObject:
    """Decode a JSON object.

    Raises: BadAnswer when it is none.
    """
    value = _decode(body)
    if not isinstance(value, dict):
        raise BadAnswer("an answer that is no JSON object")
    return value


def _decode(body: bytes | str) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadAnswer("an answer that is no JSON") from error


async def read_refusal(response: aiohttp.ClientResponse) -> ClientError:
    """Read what a status of 400 or more says, as the error to raise."""
    try:
        body = await read_json(response, MAX_REFUSAL_BYTES)
    except BadAnswer:
        body = {}
    return refusal(response.status, body, response.headers.get("Retry-After"))


def refusal(status: int, body: JsonObject, retry_after: str | None = None) -> ClientError:
    """Build the error that a refusal stands for.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#standard-error-response
    """
    errcode = as_text(body.get("errcode"), "M_UNKNOWN", limit=255)
    message = as_text(body.get("error"), limit=1000)
    if status == 429 or errcode == "M_LIMIT_EXCEEDED":
        return RateLimited(_retry_after_ms(body, retry_after), message, body)
    if status == 401 and errcode in ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"):
        return TokenRejected(as_bool(body.get("soft_logout")), message)
    if status == 401 and isinstance(body.get("flows"), list):
        return _needs_interactive_auth(body)
    return MatrixError(status, errcode, message, body)


def _retry_after_ms(body: JsonObject, header: str | None) -> int:
    told_ms = as_int(body.get("retry_after_ms"), -1)
    if header is not None:
        told_ms = _header_ms(header, told_ms)
    return min(told_ms, MAX_RETRY_AFTER_MS) if told_ms >= 0 else DEFAULT_RETRY_AFTER_MS


def _header_ms(header: str, default: int) -> int:
    """Read `Retry-After`: whole seconds, or a date."""
    if header.isascii() and header.isdigit():
        return int(header[:9]) * 1000
    try:
        return max(0, int((parsedate_to_datetime(header).timestamp() - time()) * 1000))
    except (ValueError, TypeError, OverflowError):
        return default


def _needs_interactive_auth(body: JsonObject) -> NeedsInteractiveAuth:
    return NeedsInteractiveAuth(
        flows=tuple(as_texts(as_object(flow).get("stages")) for flow in as_list(body.get("flows"))[:100]),
        completed=as_texts(body.get("completed")),
        params=as_object(body.get("params")),
        session=as_optional_text(body.get("session")),
        errcode=as_text(body.get("errcode")),
        message=as_text(body.get("error"), limit=1000),
    )
