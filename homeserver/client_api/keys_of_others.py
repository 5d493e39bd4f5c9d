"""Keys of other people's devices: looking them up, claiming them, and hearing that they changed.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-management-api
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from aiohttp import web

from federation.protocol.ids import ServerName, parse_user_id
from homeserver.e2ee.claim_keys import claim_keys
from homeserver.e2ee.device_list_delta import get_key_changes
from homeserver.e2ee.query_keys import query_keys
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body, required_query_str
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.sync.engine import usable_token
from homeserver.sync.tokens import parse_sync_token

routes = Routes()

MAX_BODY_BYTES: Final = 1024 * 1024
DEFAULT_TIMEOUT_MS: Final = 10_000
MAX_TIMEOUT_MS: Final = 60_000


class KeysQuery(msgspec.Struct, frozen=True):
    """POST /keys/query; `timeout` in milliseconds."""

    device_keys: dict[str, list[str]]
    timeout: int = DEFAULT_TIMEOUT_MS


class KeysClaim(msgspec.Struct, frozen=True):
    """POST /keys/claim; `timeout` in milliseconds."""

    one_time_keys: dict[str, dict[str, str]]
    timeout: int = DEFAULT_TIMEOUT_MS


@routes.post("/_matrix/client/v3/keys/query", max_body=MAX_BODY_BYTES, waits=True)
async def post_query(request: web.Request) -> web.StreamResponse:
    """POST /keys/query: keys of users and their devices."""
    requester = await require_user(request, guests=True)
    body = await read_body(request, KeysQuery)
    wanted = {parse_user_id(user_id): devices for user_id, devices in body.device_keys.items()}
    found = await query_keys(services(request).e2ee, requester, wanted, _bounded(body.timeout))
    return json_response(
        {
            "device_keys": found.device_keys,
            "master_keys": found.master_keys,
            "self_signing_keys": found.self_signing_keys,
            "user_signing_keys": found.user_signing_keys,
            "failures": _render_failures(found.failures),
        }
    )


@routes.post("/_matrix/client/v3/keys/claim", max_body=MAX_BODY_BYTES, waits=True)
async def post_claim(request: web.Request) -> web.StreamResponse:
    """POST /keys/claim: a one-time key of each of some devices."""
    await require_user(request, guests=True)
    body = await read_body(request, KeysClaim)
    wanted = {parse_user_id(user_id): devices for user_id, devices in body.one_time_keys.items()}
    claimed = await claim_keys(services(request).e2ee, wanted, _bounded(body.timeout))
    return json_response(
        {"one_time_keys": claimed.one_time_keys, "failures": _render_failures(claimed.failures)}
    )


@routes.get("/_matrix/client/v3/keys/changes")
async def get_changes(request: web.Request) -> web.StreamResponse:
    """GET /keys/changes: whose keys changed since a token."""
    requester = await require_user(request, guests=True)
    here = services(request)
    since = parse_sync_token(required_query_str(request, "from"))
    upto = parse_sync_token(required_query_str(request, "to"))
    await usable_token(here.sync, upto)
    known = await usable_token(here.sync, since)
    position = 0 if known is None else known.position
    return json_response(await get_key_changes(here.e2ee, requester, position))


def _bounded(timeout_ms: int) -> int:
    return max(0, min(timeout_ms, MAX_TIMEOUT_MS))


def _render_failures(failures: Mapping[ServerName, str]) -> JsonObject:
    return {server: {"errcode": "M_UNKNOWN", "error": reason} for server, reason in failures.items()}
