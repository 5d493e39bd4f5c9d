"""Rendezvous of two devices as JSON, with a sequence token in place of the ETag.

Clients of different age write to `/{id}` or to `/{id}/{txnId}`; the latter may be sent again.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4388
"""

from typing import Final

import msgspec
from aiohttp import web

from homeserver.accounts.rendezvous import (
    ConcurrentWrite,
    begin_rendezvous,
    end_rendezvous,
    read_rendezvous,
    write_rendezvous,
)
from homeserver.client_api.rendezvous_guard import refuse_navigation
from homeserver.errors import MatrixError
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.routing import MATCH, Routes, path_param
from homeserver.json_types import JsonObject

routes = Routes()

PREFIX: Final = "/_matrix/client/unstable/io.element.msc4388/rendezvous"
MAX_BODY: Final = 32 * 1024
"""What 4 KB of data can take when JSON escapes all of it."""

NO_STORE: Final = {"Cache-Control": "no-store"}


class BeginBody(msgspec.Struct):
    """POST /rendezvous."""

    data: str


class WriteBody(msgspec.Struct):
    """PUT /rendezvous/{id}."""

    sequence_token: str
    data: str


@routes.get(PREFIX, limit=Action.ANONYMOUS)
async def discover(request: web.Request) -> web.StreamResponse:
    """GET: whether the one who asks could begin a session; everybody may."""
    return json_response({"create_available": True})


@routes.post(PREFIX, limit=Action.LOGIN, max_body=MAX_BODY)
async def begin(request: web.Request) -> web.StreamResponse:
    """POST: begin a session."""
    here = services(request)
    body = await read_body(request, BeginBody)
    session_id, note = await begin_rendezvous(here.accounts, "msc4388", body.data.encode())
    return _answer(
        {
            "id": session_id,
            "sequence_token": str(note.revision),
            "expires_in_ms": note.expires_ts - here.clock.now_ms(),
        }
    )


@routes.get(PREFIX + "/{id}", limit=Action.ANONYMOUS)
async def read(request: web.Request) -> web.StreamResponse:
    """GET: what the session holds."""
    refuse_navigation(request)
    here = services(request)
    note = await read_rendezvous(here.accounts, "msc4388", path_param(request, "id"))
    return _answer(
        {
            "data": note.data.decode(),
            "sequence_token": str(note.revision),
            "expires_in_ms": note.expires_ts - here.clock.now_ms(),
        }
    )


@routes.put(PREFIX + "/{id}", limit=Action.ANONYMOUS, max_body=MAX_BODY)
@routes.put(PREFIX + "/{id}/{txnId}", limit=Action.ANONYMOUS, max_body=MAX_BODY)
async def write(request: web.Request) -> web.StreamResponse:
    """PUT: replace what the session holds, if it is what the client has."""
    body = await read_body(request, WriteBody)
    try:
        note = await write_rendezvous(
            services(request).accounts,
            "msc4388",
            path_param(request, "id"),
            body.data.encode(),
            is_seen=lambda now: str(now.revision) == body.sequence_token,
            txn_id=request[MATCH].params.get("txnId"),
        )
    except ConcurrentWrite:
        raise MatrixError(
            "IO_ELEMENT_MSC4388_CONCURRENT_WRITE", 409, "The session holds something newer"
        ) from None
    return _answer({"sequence_token": str(note.revision)})


@routes.delete(PREFIX + "/{id}", limit=Action.ANONYMOUS)
async def end(request: web.Request) -> web.StreamResponse:
    """DELETE: end the session."""
    await end_rendezvous(services(request).accounts, "msc4388", path_param(request, "id"))
    return _answer({})


def _answer(body: JsonObject) -> web.Response:
    response = json_response(body)
    response.headers.update(NO_STORE)
    return response
