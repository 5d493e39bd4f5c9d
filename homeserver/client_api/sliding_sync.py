"""POST …/sync: simplified sliding sync, in the form that clients speak today and in the accepted one.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
"""

from functools import partial
from typing import Final

from aiohttp import web

from homeserver.client_api.sync import MAX_TIMEOUT_MS
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_enum, query_int, query_str, read_body
from homeserver.http.requester import recheck_user, require_user
from homeserver.http.routing import Routes
from homeserver.rooms.viewer import Viewer
from homeserver.sync.sliding.answer import answer_sliding
from homeserver.sync.sliding.parse_request import SlidingBody
from homeserver.sync.sliding.request import Dialect

MAX_BODY: Final = 256 * 1024

routes = Routes()


@routes.post("/_matrix/client/unstable/org.matrix.simplified_msc3575/sync", waits=True, max_body=MAX_BODY)
async def post_unstable_sliding_sync(request: web.Request) -> web.StreamResponse:
    """Answer with what is new in the rooms that the client looks at; parameters are in the query."""
    return await _answer(
        request,
        Dialect.UNSTABLE,
        pos=query_str(request, "pos"),
        timeout_ms=query_int(request, "timeout", 0),
        presence=query_enum(request, "set_presence", PresenceState, PresenceState.ONLINE),
    )


@routes.post("/_matrix/client/v4/sync", waits=True, max_body=MAX_BODY)
async def post_sliding_sync(request: web.Request) -> web.StreamResponse:
    """Answer with what is new in the rooms that the client looks at; everything is in the body."""
    return await _answer(request, Dialect.STABLE)


async def _answer(
    request: web.Request,
    dialect: Dialect,
    *,
    pos: str | None = None,
    timeout_ms: int = 0,
    presence: PresenceState | None = None,
) -> web.StreamResponse:
    requester = await require_user(request, guests=True)
    here = services(request)
    body = await read_body(request, SlidingBody, optional=True)
    viewer = Viewer(requester.user_id, requester.user_nid, requester.device_nid)
    wanted = body.parsed(viewer, dialect, pos or body.pos)
    timeout_ms = min(max(timeout_ms, body.timeout or 0), MAX_TIMEOUT_MS)
    with here.ephemeral.presence.syncing(
        requester.user_nid, requester.user_id, requester.device_nid, presence or _presence(body.set_presence)
    ):
        answer = await answer_sliding(here.sync, wanted, timeout_ms, partial(recheck_user, request))
    return json_response(answer)


def _presence(text: str | None) -> PresenceState:
    if text is None:
        return PresenceState.ONLINE
    try:
        return PresenceState(text)
    except ValueError:
        raise InvalidParam("set_presence is none of the states of presence") from None
