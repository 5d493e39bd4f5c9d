"""GET /sync: the long-poll transport of the sync engine.

Spec: https://spec.matrix.org/v1.19/client-server-api/#syncing
"""

from functools import partial
from typing import Final

import orjson
from aiohttp import web

from homeserver.client_data.context import ClientDataContext
from homeserver.ephemeral.presence_state import PresenceState
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import query_bool, query_enum, query_int, query_str
from homeserver.http.requester import recheck_user, require_user
from homeserver.http.routing import Routes
from homeserver.rooms.filters import EVERYTHING, Filter, parse_filter
from homeserver.rooms.viewer import Viewer
from homeserver.sync.delta import SyncRequest
from homeserver.sync.engine import wait_for_delta
from homeserver.sync.render_v3 import render_v3
from homeserver.sync.tokens import parse_sync_token

MAX_TIMEOUT_MS: Final = 600_000

STATE_AFTER: Final = "state_after"
UNSTABLE_STATE_AFTER: Final = "org.matrix.msc4222.state_after"

routes = Routes()


@routes.get("/_matrix/client/v3/sync", waits=True)
async def get_sync(request: web.Request) -> web.StreamResponse:
    """Answer with what is new, as soon as there is anything or the time is over."""
    requester = await require_user(request, guests=True)
    here = services(request)
    since = query_str(request, "since")
    timeout_ms = min(query_int(request, "timeout", 0, minimum=0), MAX_TIMEOUT_MS)
    presence = query_enum(request, "set_presence", PresenceState, PresenceState.ONLINE)
    state_after_name = _state_after_name(request)
    wanted = SyncRequest(
        viewer=Viewer(requester.user_id, requester.user_nid, requester.device_nid),
        filter=await load_filter(here.client_data, requester.user_nid, query_str(request, "filter")),
        since=parse_sync_token(since) if since else None,
        full_state=query_bool(request, "full_state"),
        use_state_after=state_after_name is not None,
        state_after_name=state_after_name or STATE_AFTER,
    )
    with here.ephemeral.presence.syncing(
        requester.user_nid, requester.user_id, requester.device_nid, presence
    ):
        delta = await wait_for_delta(here.sync, wanted, timeout_ms, partial(recheck_user, request))
    return web.Response(body=await render_v3(here.sync, wanted, delta), content_type="application/json")


def _state_after_name(request: web.Request) -> str | None:
    """Return what the state after a timeline is to be called; None where the client does not ask for it."""
    if query_bool(request, "use_state_after"):
        return STATE_AFTER
    # COMPAT: matrix-js-sdk asks by the name from before v1.16, and reads no other.
    return UNSTABLE_STATE_AFTER if query_bool(request, "org.matrix.msc4222.use_state_after") else None


async def load_filter(client_data: ClientDataContext, user_nid: int, text: str | None) -> Filter:
    """Return the filter that a parameter names, or is. Raises InvalidParam, BadJson, NotFound."""
    if text is None:
        return EVERYTHING
    if not text.startswith("{"):
        return await client_data.filters.get(user_nid, text)
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidParam(f"filter is not JSON: {error}") from error
    return parse_filter(body)
