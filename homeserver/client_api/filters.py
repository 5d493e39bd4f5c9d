"""Filters that clients store to refer to by id.

Spec: https://spec.matrix.org/v1.19/client-server-api/#filtering
"""

from typing import Final

import orjson
from aiohttp import web

from homeserver.client_api.own_user import require_own_user
from homeserver.client_data.filters import get_filter, store_filter
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.routing import Routes, path_param

routes = Routes()

MAX_FILTER_BYTES: Final = 64 * 1024


@routes.post("/_matrix/client/v3/user/{userId}/filter", max_body=MAX_FILTER_BYTES)
async def store(request: web.Request) -> web.StreamResponse:
    """POST /user/{userId}/filter: store a filter."""
    requester = await require_own_user(request, guests=True)
    definition = await read_json_object(request)
    filter_id = await store_filter(services(request).client_data, requester.user_nid, definition)
    return json_response({"filter_id": filter_id})


@routes.get("/_matrix/client/v3/user/{userId}/filter/{filterId}")
async def fetch(request: web.Request) -> web.StreamResponse:
    """GET /user/{userId}/filter/{filterId}: read a filter."""
    requester = await require_own_user(request, guests=True)
    json = await get_filter(
        services(request).client_data, requester.user_nid, path_param(request, "filterId")
    )
    return json_response(orjson.Fragment(json))
