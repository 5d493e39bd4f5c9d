"""Tokens by which users prove to other services who they are.

Spec: https://spec.matrix.org/v1.19/client-server-api/#openid
"""

from aiohttp import web

from homeserver.accounts.openid import LIFETIME_S, create_openid_token
from homeserver.client_api.own_user import require_own_user
from homeserver.http.context import services
from homeserver.http.params import json_response, read_json_object
from homeserver.http.routing import Routes

routes = Routes()


@routes.post("/_matrix/client/v3/user/{userId}/openid/request_token")
async def post_openid_token(request: web.Request) -> web.StreamResponse:
    """POST /user/{userId}/openid/request_token: get a token to show to another service."""
    requester = await require_own_user(request)
    await read_json_object(request, optional=True)
    here = services(request)
    token = await create_openid_token(here.accounts, requester.user_nid)
    return json_response(
        {
            "access_token": token,
            "token_type": "Bearer",
            "matrix_server_name": here.server_name,
            "expires_in": LIFETIME_S,
        }
    )
