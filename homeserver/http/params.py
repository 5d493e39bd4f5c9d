"""Reading what a request carries, and rendering what it gets: every malformed input ends in a 4xx here.

Spec: https://spec.matrix.org/v1.19/client-server-api/#api-standards
"""

import asyncio
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec
import orjson
from aiohttp import web
from multidict import CIMultiDict

from homeserver.errors import BadJson, InvalidParam, MatrixError, MissingParam, NotJson, TooLarge
from homeserver.http.json_depth import is_too_deep
from homeserver.http.routing import MATCH
from homeserver.json_types import JsonObject

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

BODY_TIMEOUT_S: Final = 30.0
MAX_INTEGER: Final = 2**53 - 1
JSON_HEADERS: Final = CIMultiDict({"Content-Type": "application/json"})


def json_response(body: Any, status: int = 200) -> web.Response:
    """Answer with `body` as JSON; an `orjson.Fragment` in it is passed through as it is."""
    return web.Response(body=orjson.dumps(body), status=status, headers=JSON_HEADERS)


async def read_body(request: web.Request, shape: type[T], *, optional: bool = False) -> T:
    """Read the JSON body into a `msgspec.Struct`; unknown members are ignored.

    With `optional`, an empty body counts as `{}`.

    Raises: NotJson; BadJson naming the member that is missing or of the wrong type; TooLarge.
    """
    raw = await read_bytes(request)
    if optional and not raw:
        raw = b"{}"
    try:
        if not raw.isascii():
            raw.decode()  # members that `shape` does not have are skipped without looking at their text
        body = msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise BadJson(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotJson(f"The body is not JSON: {error}") from error
    except RecursionError as error:
        raise BadJson("The body is nested too deeply") from error
    if is_too_deep(raw):
        raise BadJson("The body is nested too deeply")
    return body


async def read_json_object(request: web.Request, *, optional: bool = False) -> JsonObject:
    """Read the body as a JSON object of bounded depth, without NaN or infinities.

    Of duplicate members the last one counts. Integers beyond 64 bits arrive as floats, which the check of
    event contents refuses. With `optional`, an empty body counts as `{}`.

    Raises: NotJson, BadJson, TooLarge.
    """
    raw = await read_bytes(request)
    if optional and not raw:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise NotJson(f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadJson("The body is not a JSON object")
    if is_too_deep(raw):
        raise BadJson("The body is nested too deeply")
    return body


async def read_bytes(request: web.Request) -> bytes:
    """Read the whole body, at most the route's `max_body` bytes, in at most `BODY_TIMEOUT_S` seconds.

    Raises: TooLarge; MatrixError 408 when the client is too slow.
    """
    limit = request[MATCH].route.max_body
    if (request.content_length or 0) > limit:
        raise TooLarge(f"The body may have at most {limit} bytes")
    if request.content.is_eof():
        return await _read_up_to(request, limit)
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _read_up_to(request, limit)
    except TimeoutError:
        raise MatrixError("M_UNKNOWN", 408, "The body took too long to arrive") from None


def query_str(request: web.Request, name: str, default: str | None = None) -> str | None:
    """Return a query parameter's text.

    Raises: InvalidParam when it holds U+0000 or is not UTF-8.
    """
    value = request.query.get(name)
    if value is None:
        return default
    if "\0" in value or "\ufffd" in value:
        raise InvalidParam(f"{name} is not valid text")
    return value


def required_query_str(request: web.Request, name: str) -> str:
    """Return a query parameter's text.

    Raises: MissingParam, InvalidParam.
    """
    value = query_str(request, name)
    if value is None:
        raise MissingParam(f"{name} is required")
    return value


def query_int(
    request: web.Request, name: str, default: int, *, minimum: int = 0, maximum: int = MAX_INTEGER
) -> int:
    """Return a query parameter as an integer, or `default` when absent; above `maximum` counts as `maximum`.

    Raises: InvalidParam when it is no decimal integer or below `minimum`.
    """
    value = request.query.get(name)
    if value is None:
        return default
    if len(value) > 20 or not (value.isascii() and value.removeprefix("-").isdigit()):
        raise InvalidParam(f"{name} is not an integer")
    number = int(value)
    if number < minimum:
        raise InvalidParam(f"{name} must not be below {minimum}")
    return min(number, maximum)


def query_bool(request: web.Request, name: str, default: bool = False) -> bool:
    """Return a query parameter as true or false.

    Raises: InvalidParam when it is neither.
    """
    value = request.query.get(name)
    if value is None:
        return default
    if value not in ("true", "false"):
        raise InvalidParam(f"{name} must be true or false")
    return value == "true"


def query_enum(request: web.Request, name: str, values: type[E], default: E) -> E:
    """Return a query parameter as a member of `values`.

    Raises: InvalidParam when it is none of them.
    """
    value = request.query.get(name)
    if value is None:
        return default
    try:
        return values(value)
    except ValueError:
        raise InvalidParam(f"{name} must be one of {', '.join(values)}") from None


async def _read_up_to(request: web.Request, limit: int) -> bytes:
    content = request.content
    chunks: list[bytes] = []
    size = 0
    while not content.at_eof():
        chunk = await content.readany()
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"The body may have at most {limit} bytes")
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
