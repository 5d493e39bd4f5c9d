"""The device that takes in messages while its user is logged in nowhere (MSC3814)."""

from typing import Any, Final

import msgspec
import orjson
from aiohttp import web

from homeserver.e2ee.dehydrated_device import (
    NewDehydratedDevice,
    delete_dehydrated_device,
    get_dehydrated_device,
    messages_of_dehydrated_device,
    put_dehydrated_device,
)
from homeserver.e2ee.upload_keys import Upload
from homeserver.errors import InvalidParam
from homeserver.http.context import services
from homeserver.http.params import json_response, query_str, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes, path_param

routes = Routes()

PATH: Final = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"
MAX_BODY_BYTES: Final = 1024 * 1024


class Body(msgspec.Struct, frozen=True):
    """PUT /dehydrated_device."""

    device_id: str
    device_data: dict[str, Any]
    device_keys: dict[str, Any]
    initial_device_display_name: str | None = None
    one_time_keys: dict[str, Any] | None = None
    fallback_keys: dict[str, Any] | None = None


class EventsBody(msgspec.Struct, frozen=True):
    """POST /dehydrated_device/{deviceId}/events."""

    next_batch: str | None = None


@routes.put(PATH, max_body=MAX_BODY_BYTES)
async def put_device(request: web.Request) -> web.StreamResponse:
    """PUT /dehydrated_device: dehydrate a device, in place of the one before."""
    requester = await require_user(request)
    body = await read_body(request, Body)
    upload = Upload(body.device_keys, body.one_time_keys or {}, body.fallback_keys or {})
    new = NewDehydratedDevice(body.device_id, body.device_data, body.initial_device_display_name, upload)
    await put_dehydrated_device(services(request).e2ee, requester, new)
    return json_response({"device_id": body.device_id})


@routes.get(PATH)
async def get_device(request: web.Request) -> web.StreamResponse:
    """GET /dehydrated_device: what is needed to open it."""
    requester = await require_user(request)
    device = await get_dehydrated_device(services(request).e2ee, requester.user_nid)
    return json_response({"device_id": device.device_id, "device_data": orjson.loads(device.data)})


@routes.delete(PATH)
async def delete_device(request: web.Request) -> web.StreamResponse:
    """DELETE /dehydrated_device: when it has been opened."""
    requester = await require_user(request)
    device_id = await delete_dehydrated_device(services(request).e2ee, requester.user_nid)
    return json_response({"device_id": device_id})


@routes.get(PATH + "/{deviceId}/events")
async def get_events(request: web.Request) -> web.StreamResponse:
    """GET /dehydrated_device/{deviceId}/events: its messages, page by page."""
    return await _events(request, query_str(request, "from"))


@routes.post(PATH + "/{deviceId}/events")
async def post_events(request: web.Request) -> web.StreamResponse:
    """POST /dehydrated_device/{deviceId}/events: the same with the token in the body, as it was at first."""
    body = await read_body(request, EventsBody, optional=True)
    return await _events(request, body.next_batch)


async def _events(request: web.Request, token: str | None) -> web.StreamResponse:
    requester = await require_user(request)
    events, (position, ordinal) = await messages_of_dehydrated_device(
        services(request).e2ee, requester.user_nid, path_param(request, "deviceId"), _place(token)
    )
    return json_response({"events": events, "next_batch": f"{position}_{ordinal}"})


def _place(token: str | None) -> tuple[int, int]:
    if not token:
        return 0, 0
    parts = token.split("_")
    if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
        raise InvalidParam("The token is none of this endpoint")
    return int(parts[0]), int(parts[1])
