"""Rendezvous of two devices by plain HTTP: a note under a secret address, guarded by its ETag.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108 (of 2024, which most clients speak)
"""

from email.utils import formatdate
from typing import Final

from aiohttp import web

from homeserver.accounts.rendezvous import (
    MAX_DATA_BYTES,
    ConcurrentWrite,
    begin_rendezvous,
    end_rendezvous,
    read_rendezvous,
    write_rendezvous,
)
from homeserver.client_api.rendezvous_guard import refuse_navigation
from homeserver.errors import InvalidParam, MatrixError, MissingParam
from homeserver.http.context import services
from homeserver.http.errors import error_response
from homeserver.http.params import json_response, read_bytes
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes, path_param
from homeserver.storage.rendezvous import Rendezvous

routes = Routes()

PREFIX: Final = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous"
CONTENT_TYPE: Final = "text/plain"


@routes.post(PREFIX, limit=Action.LOGIN, max_body=MAX_DATA_BYTES)
async def begin(request: web.Request) -> web.StreamResponse:
    """POST: begin a session; everybody may, since whoever signs in is nobody yet."""
    here = services(request)
    session_id, note = await begin_rendezvous(here.accounts, "msc4108", await _read(request))
    response = json_response({"url": f"{here.settings.base_url}{PREFIX}/{session_id}"}, status=201)
    return _with_headers(response, note)


@routes.get(PREFIX + "/{sessionId}", limit=Action.ANONYMOUS)
async def read(request: web.Request) -> web.StreamResponse:
    """GET: what the session holds, or 304 where it is what the client has."""
    refuse_navigation(request)
    note = await read_rendezvous(services(request).accounts, "msc4108", path_param(request, "sessionId"))
    if _names(request.headers.get("If-None-Match", ""), note):
        return _with_headers(web.Response(status=304), note)
    response = web.Response(body=note.data)
    response.headers["Content-Type"] = CONTENT_TYPE  # without a charset: matrix-js-sdk compares it whole
    return _with_headers(response, note)


@routes.put(PREFIX + "/{sessionId}", limit=Action.ANONYMOUS, max_body=MAX_DATA_BYTES)
async def write(request: web.Request) -> web.StreamResponse:
    """PUT: replace what the session holds, if it is what the client has."""
    etag = request.headers.get("If-Match")
    if etag is None:
        raise MissingParam("If-Match is required")
    session_id, data = path_param(request, "sessionId"), await _read(request)
    try:
        note = await write_rendezvous(
            services(request).accounts, "msc4108", session_id, data, is_seen=lambda now: _names(etag, now)
        )
    except ConcurrentWrite as conflict:
        return _with_headers(error_response(_conflict()), conflict.current)
    return _with_headers(web.Response(status=202), note)


@routes.delete(PREFIX + "/{sessionId}", limit=Action.ANONYMOUS)
async def end(request: web.Request) -> web.StreamResponse:
    """DELETE: end the session."""
    await end_rendezvous(services(request).accounts, "msc4108", path_param(request, "sessionId"))
    return web.Response(status=204)


async def _read(request: web.Request) -> bytes:
    if request.content_type != CONTENT_TYPE:
        raise InvalidParam(f"Content-Type must be {CONTENT_TYPE}")
    return await read_bytes(request)


def _names(etag: str, note: Rendezvous) -> bool:
    """Tell whether a client's header names the note's revision; proxies may have made the ETag weak."""
    return etag.strip().removeprefix("W/").strip('"') == str(note.revision)


def _conflict() -> MatrixError:
    code = {"org.matrix.msc4108.errcode": "M_CONCURRENT_WRITE"}
    return MatrixError("M_UNKNOWN", 412, "The session holds something newer", **code)


def _with_headers(response: web.Response, note: Rendezvous) -> web.Response:
    response.headers.update(
        {
            "ETag": f'"{note.revision}"',
            "Expires": formatdate(note.expires_ts / 1000, usegmt=True),
            "Last-Modified": formatdate(note.changed_ts / 1000, usegmt=True),
            "Cache-Control": "no-store, no-transform",
            "Pragma": "no-cache",
            "X-Max-Bytes": str(MAX_DATA_BYTES),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
    )
    return response
