"""What clients find here.

Spec: https://spec.matrix.org/v1.19/client-server-api/#server-metadata-discovery
"""

from typing import Final

from aiohttp import web

from homeserver.errors import Unrecognized
from homeserver.http.context import Services, services
from homeserver.http.params import json_response
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.json_types import JsonObject
from homeserver.oauth.authorization import CHALLENGE_METHOD, CREATE, RESPONSE_MODES
from homeserver.oauth.client_metadata import CODE, GRANT_TYPES, NO_AUTH
from homeserver.oauth_api.account import ACTIONS, OLD_ACTIONS
from homeserver.oauth_api.paths import ACCOUNT, AUTHORIZE, DEVICE, REGISTRATION, REVOKE, TOKEN

routes = Routes()

MAX_AGE_S: Final = 300


def require_oauth(here: Services) -> None:
    """Refuse where the operator has turned the API off.

    Raises: Unrecognized.
    """
    if not here.settings.auth.oauth:
        raise Unrecognized("The OAuth 2.0 API is turned off here")


@routes.get("/_matrix/client/v1/auth_metadata", limit=Action.ANONYMOUS)
async def get_metadata(request: web.Request) -> web.StreamResponse:
    """GET /auth_metadata: the endpoints, and what they support."""
    return _answer(request, list(ACTIONS))


# COMPAT: clients from before v1.15 of the specification; the other two are where OAuth libraries look.
@routes.get("/_matrix/client/unstable/org.matrix.msc2965/auth_metadata", limit=Action.ANONYMOUS)
@routes.get("/.well-known/oauth-authorization-server", limit=Action.ANONYMOUS)
@routes.get("/.well-known/openid-configuration", limit=Action.ANONYMOUS)
async def get_metadata_elsewhere(request: web.Request) -> web.StreamResponse:
    """GET: the same, with the account actions under their older names as well."""
    return _answer(request, [*ACTIONS, *OLD_ACTIONS])


# COMPAT: clients that look for the issuer first and for its well-known document then.
@routes.get("/_matrix/client/unstable/org.matrix.msc2965/auth_issuer", limit=Action.ANONYMOUS)
async def get_issuer(request: web.Request) -> web.StreamResponse:
    """GET /auth_issuer: the name of the authorisation server, which is this server."""
    here = services(request)
    require_oauth(here)
    return json_response({"issuer": here.oauth.issuer})


def _answer(request: web.Request, actions: list[str]) -> web.Response:
    here = services(request)
    require_oauth(here)
    response = json_response({**server_metadata(here), "account_management_actions_supported": actions})
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response


def server_metadata(here: Services) -> JsonObject:
    """Return the metadata of the authorisation server.

    Spec: https://datatracker.ietf.org/doc/html/rfc8414#section-2
    """
    base_url = here.oauth.base_url
    return {
        "issuer": here.oauth.issuer,
        "authorization_endpoint": base_url + AUTHORIZE,
        "token_endpoint": base_url + TOKEN,
        "revocation_endpoint": base_url + REVOKE,
        "registration_endpoint": base_url + REGISTRATION,
        "device_authorization_endpoint": base_url + DEVICE,
        "account_management_uri": base_url + ACCOUNT,
        "response_types_supported": [CODE],
        "response_modes_supported": list(RESPONSE_MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "code_challenge_methods_supported": [CHALLENGE_METHOD],
        "token_endpoint_auth_methods_supported": [NO_AUTH],
        "revocation_endpoint_auth_methods_supported": [NO_AUTH],
        "prompt_values_supported": [CREATE],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": ["urn:matrix:client:api:*"],
    }
