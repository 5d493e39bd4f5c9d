"""What a client asks for when it sends a browser to us.

Spec: https://spec.matrix.org/v1.19/client-server-api/#authorisation-code-flow
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from homeserver.oauth.client_metadata import AUTHORIZATION_CODE, CODE
from homeserver.oauth.clients import Client, find_client
from homeserver.oauth.context import OAuthContext
from homeserver.oauth.errors import INVALID_REQUEST, UNAUTHORIZED_CLIENT, OAuthError
from homeserver.oauth.redirect_uris import is_registered
from homeserver.oauth.scopes import Scope, parse_scope

QUERY: Final = "query"
FRAGMENT: Final = "fragment"
RESPONSE_MODES: Final = (QUERY, FRAGMENT)
CHALLENGE_METHOD: Final = "S256"
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_STATE_LENGTH: Final = 4096

CREATE: Final = "create"
LOGIN: Final = "login"
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Callback:
    """How the client is answered: by sending the browser to this URI, with parameters."""

    redirect_uri: str
    response_mode: str
    state: str | None
    issuer: str

    def url(self, **params: str) -> str:
        """Return the URL for an answer; state and issuer are added."""
        members = {**params, **({} if self.state is None else {"state": self.state}), "iss": self.issuer}
        query = urlencode(members)
        if self.response_mode == FRAGMENT:
            return f"{self.redirect_uri}#{query}"
        return f"{self.redirect_uri}{'&' if '?' in self.redirect_uri else '?'}{query}"


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that can be granted."""

    client: Client
    callback: Callback
    scope: Scope
    code_challenge: str
    prompts: frozenset[str]
    login_hint: str | None


class AuthorizationRefused(Exception):
    """The client, which is known, has asked for what cannot be; it should be told through its callback."""

    def __init__(self, client: Client, callback: Callback, error: OAuthError) -> None:
        super().__init__(error.message)
        self.client = client
        self.error = error
        self.url = callback.url(error=error.error, error_description=error.message)


async def read_authorization_request(ctx: OAuthContext, params: Mapping[str, str]) -> AuthorizationRequest:
    """Check what a client asks for.

    Raises: OAuthError where the client or its redirect URI is not known, so that nobody may be sent anywhere;
    AuthorizationRefused for everything else that is wrong.
    """
    client = await find_client(ctx, params.get("client_id"))
    redirect_uri = params.get("redirect_uri", "")
    if not is_registered(redirect_uri, client.metadata.redirect_uris):
        raise OAuthError(INVALID_REQUEST, "The client has not registered this redirect URI")
    mode = params.get("response_mode", QUERY)
    state = params.get("state")
    if state is not None and len(state) > MAX_STATE_LENGTH:
        raise OAuthError(INVALID_REQUEST, "The state is too long")
    known_mode = mode if mode in RESPONSE_MODES else QUERY
    callback = Callback(redirect_uri, known_mode, state, ctx.issuer)
    try:
        if mode != known_mode:
            raise OAuthError(INVALID_REQUEST, "response_mode must be query or fragment")
        return _check(client, callback, params)
    except OAuthError as error:
        raise AuthorizationRefused(client, callback, error) from error


def _check(client: Client, callback: Callback, params: Mapping[str, str]) -> AuthorizationRequest:
    if params.get("response_type") != CODE:
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if AUTHORIZATION_CODE not in client.metadata.grant_types or CODE not in client.metadata.response_types:
        raise OAuthError(UNAUTHORIZED_CLIENT, "The client has not registered to use authorisation codes")
    if "request" in params:
        raise OAuthError("request_not_supported", "Request objects are not supported")
    challenge = params.get("code_challenge", "")
    if params.get("code_challenge_method") != CHALLENGE_METHOD or CHALLENGE.fullmatch(challenge) is None:
        raise OAuthError(INVALID_REQUEST, "A code_challenge with the method S256 is required")
    prompts = frozenset(params.get("prompt", "").split())
    if NONE in prompts:
        raise OAuthError("interaction_required", "Nothing is granted without asking the user")
    scope = parse_scope(params.get("scope", ""))
    return AuthorizationRequest(client, callback, scope, challenge, prompts, params.get("login_hint"))
