"""The apps that an account's owner let in through the server's own pages (docs/oauth.md)."""

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.oauth.grants import Grant, list_grants

routes = Routes()


@routes.get("/_parlour/account/v1/grants")
async def get_grants(request: web.Request) -> web.StreamResponse:
    """GET /grants: the requester's own. Whoever deletes the device of one has revoked it."""
    requester = await require_user(request)
    grants = await list_grants(services(request).oauth, requester.user_nid)
    return json_response({"grants": [_render(grant) for grant in grants]})


def _render(grant: Grant) -> JsonObject:
    device, metadata = grant.device, grant.metadata
    return {
        "device_id": device.device_id,
        "device_name": device.display_name,
        "last_seen_ts": device.last_seen_ts,
        "scope": grant.scope,
        "client": {
            "client_id": grant.client_id,
            "name": metadata.name,
            "uri": metadata.client_uri,
            "logo_uri": metadata.logo_uri,
        },
    }
