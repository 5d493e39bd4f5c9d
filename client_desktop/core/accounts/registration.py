"""Make an account through the older API, stage by stage.

Spec: https://spec.matrix.org/v1.19/client-server-api/#legacy-account-registration
"""

from __future__ import annotations

from typing import Final

import aiohttp

from client_desktop.core.accounts.answers import session_of_login
from client_desktop.core.accounts.email_stage import EmailPurpose
from client_desktop.core.accounts.homeserver import Homeserver, RegistrationOptions
from client_desktop.core.accounts.interactive_auth import with_interactive_auth
from client_desktop.core.accounts.login import MAX_DEVICE_NAME
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.stages import InteractivePrompt
from client_desktop.core.api import Api
from client_desktop.core.clock import Clock
from client_desktop.core.errors import MatrixError, NeedsInteractiveAuth, RateLimited
from client_desktop.core.json_types import JsonObject

REGISTER: Final = "/_matrix/client/v3/register"
AVAILABLE: Final = "/_matrix/client/v3/register/available"
TOKEN_VALIDITY: Final = "/_matrix/client/v1/register/m.login.registration_token/validity"


async def registration_options(http: aiohttp.ClientSession, homeserver: Homeserver) -> RegistrationOptions:
    """Ask a server whether strangers get accounts. An empty request makes none, and tells.

    Raises: RateLimited, ClientError.
    """
    in_browser = homeserver.oauth is not None and homeserver.oauth.can_register
    try:
        await Api(homeserver.url, http).post(REGISTER, {}, auth=False)
    except NeedsInteractiveAuth as need:
        return RegistrationOptions(True, need.flows, in_browser)
    except RateLimited:
        raise
    except MatrixError as error:
        # Some check the (missing) password before they name the stages.
        is_open = error.status == 400 and error.errcode in (
            "M_MISSING_PARAM",
            "M_INVALID_PARAM",
            "M_BAD_JSON",
        )
        return RegistrationOptions(is_open or in_browser, (), in_browser, error.message)
    return RegistrationOptions(True, (), in_browser)


async def user_name_problem(http: aiohttp.ClientSession, homeserver_url: str, name: str) -> str:
    """Return why nobody can be called so: an error word; empty where the name is free.

    Raises: ClientError.
    """
    words = {
        "M_USER_IN_USE": "user_in_use",
        "M_INVALID_USERNAME": "invalid_username",
        "M_EXCLUSIVE": "user_in_use",
    }
    try:
        await Api(homeserver_url, http).get(AVAILABLE, {"username": name}, auth=False)
    except MatrixError as error:
        if error.errcode in words:
            return words[error.errcode]
        raise
    return ""


async def registration_token_is_valid(http: aiohttp.ClientSession, homeserver_url: str, token: str) -> bool:
    """Ask whether a registration token would be taken now.

    Raises: ClientError.
    """
    answer = await Api(homeserver_url, http).get(TOKEN_VALIDITY, {"token": token}, auth=False)
    return answer.get("valid") is True


async def register_account(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    user_name: str,
    password: str,
    prompt: InteractivePrompt,
    *,
    clock: Clock,
    device_name: str,
) -> Session:
    """Make an account, through all stages that the server wants, and sign in to it.

    Raises: Cancelled; MatrixError (M_USER_IN_USE, M_INVALID_USERNAME, M_EXCLUSIVE, M_WEAK_PASSWORD,
    M_FORBIDDEN where nobody may register), ClientError.
    """
    api = Api(homeserver_url, http)
    body: JsonObject = {
        "username": user_name,
        "password": password,
        "refresh_token": True,
        "initial_device_display_name": device_name[:MAX_DEVICE_NAME],
    }

    async def call(auth: JsonObject | None) -> JsonObject:
        return await api.post(REGISTER, body if auth is None else {**body, "auth": auth}, auth=False)

    asked_at_ms = clock.now_ms()
    answer = await with_interactive_auth(call, prompt, api=api, email_purpose=EmailPurpose.REGISTER)
    return session_of_login(answer, homeserver_url, asked_at_ms)
