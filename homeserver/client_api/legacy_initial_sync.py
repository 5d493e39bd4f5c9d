"""First syncs from before /sync: of everything, and of one room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3initialsync
"""

from aiohttp import web

from homeserver.client_api.history_params import room_of, viewer_of
from homeserver.http.context import services
from homeserver.http.params import json_response, query_bool, query_int
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.sync.legacy_initial_sync import InitialSyncRequest, initial_sync
from homeserver.sync.legacy_room_sync import room_initial_sync
from homeserver.sync.timelines import DEFAULT_LIMIT, MAX_LIMIT

routes = Routes()


@routes.get("/_matrix/client/v3/initialSync")
async def get_initial_sync(request: web.Request) -> web.StreamResponse:
    """GET /initialSync: everything that the user may know now."""
    requester = await require_user(request)
    wanted = InitialSyncRequest(viewer_of(requester), _limit(request), query_bool(request, "archived"))
    return json_response(await initial_sync(services(request).sync, wanted))


@routes.get("/_matrix/client/v3/rooms/{roomId}/initialSync")
async def get_room_initial_sync(request: web.Request) -> web.StreamResponse:
    """GET /rooms/{roomId}/initialSync: everything of one room."""
    requester = await require_user(request, guests=True)
    room = await room_of(request)
    return json_response(
        await room_initial_sync(services(request).sync, viewer_of(requester), room, _limit(request))
    )


def _limit(request: web.Request) -> int:
    return query_int(request, "limit", DEFAULT_LIMIT, maximum=MAX_LIMIT)
