"""The files by which clients and servers find this server from its name alone.

Spec: https://spec.matrix.org/v1.19/client-server-api/#well-known-uris
"""

from urllib.parse import urlsplit

from aiohttp import web

from homeserver.client_api.calls import rtc_transports
from homeserver.errors import NotFound
from homeserver.http.context import services
from homeserver.http.params import json_response
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.oauth.account_page import ACCOUNT

routes = Routes()


@routes.get("/.well-known/matrix/client", limit=Action.ANONYMOUS)
async def get_client(request: web.Request) -> web.StreamResponse:
    """Where clients connect; the configured members are put over our own."""
    here = services(request)
    settings = here.settings
    found: JsonObject = {"m.homeserver": {"base_url": settings.base_url}}
    if settings.auth.oauth:  # COMPAT: clients that look here for what /auth_metadata says
        account = f"{settings.base_url}{ACCOUNT}"
        found["org.matrix.msc2965.authentication"] = {"issuer": here.oauth.issuer, "account": account}
    if transports := rtc_transports(settings):
        found["org.matrix.msc4143.rtc_foci"] = transports
    return json_response(found | settings.well_known.client)


@routes.get("/.well-known/matrix/server", limit=Action.ANONYMOUS)
async def get_server(request: web.Request) -> web.StreamResponse:
    """Where other servers connect: as configured, else where clients do."""
    settings = services(request).settings
    return json_response({"m.server": settings.well_known.server or authority_of(settings.base_url)})


@routes.get("/.well-known/matrix/support", limit=Action.ANONYMOUS)
async def get_support(request: web.Request) -> web.StreamResponse:
    """Whom to ask for help, where that is configured."""
    support = services(request).settings.well_known.support
    if not support:
        raise NotFound("No contact is configured")
    return json_response(support)


@routes.get("/.well-known/matrix/policy_server", limit=Action.ANONYMOUS)
async def get_policy_server(request: web.Request) -> web.StreamResponse:
    """The keys of the policy server with our name, where one is configured."""
    policy_server = services(request).settings.well_known.policy_server
    if not policy_server:
        raise NotFound("There is no policy server here")
    return json_response(policy_server)


def authority_of(base_url: str) -> str:
    """Return host and port of a URL, the port always written out."""
    parts = urlsplit(base_url)
    default_port = 443 if parts.scheme == "https" else 80
    host = parts.hostname or ""
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or default_port}"
