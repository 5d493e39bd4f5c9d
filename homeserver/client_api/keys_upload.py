"""A device's own keys.

Spec: https://spec.matrix.org/v1.19/client-server-api/#uploading-keys
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from homeserver.e2ee.upload_keys import Upload, upload_keys
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes

routes = Routes()

MAX_BODY_BYTES: Final = 1024 * 1024


class KeysUpload(msgspec.Struct, frozen=True):
    """POST /keys/upload."""

    device_keys: dict[str, Any] | None = None
    one_time_keys: dict[str, Any] | None = None
    fallback_keys: dict[str, Any] | None = None


@routes.post("/_matrix/client/v3/keys/upload", max_body=MAX_BODY_BYTES)
async def post_upload(request: web.Request) -> web.StreamResponse:
    """POST /keys/upload: identity, one-time and fallback keys of the device that asks."""
    requester = await require_user(request, guests=True)
    body = await read_body(request, KeysUpload)
    upload = Upload(body.device_keys, body.one_time_keys or {}, body.fallback_keys or {})
    counts = await upload_keys(services(request).e2ee, requester, upload)
    return json_response({"one_time_key_counts": counts})
