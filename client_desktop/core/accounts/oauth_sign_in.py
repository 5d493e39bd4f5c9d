"""Sign in, or make an account, on the server's own page in the system browser.

Spec: https://spec.matrix.org/v1.19/client-server-api/#authorisation-code-flow
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import aiohttp

from client_desktop.core.accounts.answers import checked_user_id
from client_desktop.core.accounts.homeserver import Homeserver
from client_desktop.core.accounts.login import check_same_device
from client_desktop.core.accounts.loopback import BrowserWords, Loopback, open_loopback
from client_desktop.core.accounts.oauth_client import (
    ClientDescription,
    new_device_id,
    register_oauth_client,
    scope_of,
)
from client_desktop.core.accounts.oauth_metadata import OAuthMetadata
from client_desktop.core.accounts.oauth_tokens import OAuthRefused, OAuthTokens, request_tokens
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sso import BROWSER_TIMEOUT_S, BrowserTimeout, OpenBrowser
from client_desktop.core.api import Api, FixedToken
from client_desktop.core.clock import Clock
from client_desktop.core.errors import BadAnswer, Cancelled, NotAllowed

WHOAMI: Final = "/_matrix/client/v3/account/whoami"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One trip to the browser."""

    client_id: str
    device_id: str
    verifier: str

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


async def sign_in_with_oauth(
    http: aiohttp.ClientSession,
    homeserver: Homeserver,
    open_browser: OpenBrowser,
    words: BrowserWords,
    description: ClientDescription,
    *,
    clock: Clock,
    register: bool = False,
    login_hint: str = "",
    again: Session | None = None,
    timeout_s: float = BROWSER_TIMEOUT_S,
) -> Session:
    """Lead the user to the server's page, and sign in with what comes back. Cancelling the task ends it.

    `register` has the page begin with a new account; `again` goes on with a session after a soft logout.

    Raises: Cancelled where the user says no, BrowserTimeout, OAuthRefused, AnotherAccount, ClientError.
    """
    metadata = homeserver.oauth
    if metadata is None or not metadata.can_sign_in:
        raise NotAllowed("the server has no such sign-in")
    client_id = await register_oauth_client(http, metadata, description)
    device_id = again.device_id if again is not None else new_device_id()
    attempt = _Attempt(client_id, device_id, secrets.token_urlsafe(64))
    async with open_loopback(words) as door:
        await open_browser(_authorization_url(metadata, attempt, door, register, login_hint))
        try:
            answer = await door.answer(timeout_s)
        except TimeoutError:
            raise BrowserTimeout("the browser did not come back") from None
        code = _code_of(answer, metadata)
        tokens = await _exchange(http, metadata, attempt, door.redirect_uri, code, clock)
    session = await session_of_tokens(http, homeserver.url, metadata, client_id, device_id, tokens)
    return session if again is None else check_same_device(again, session)


async def session_of_tokens(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    metadata: OAuthMetadata,
    client_id: str,
    device_id: str,
    tokens: OAuthTokens,
) -> Session:
    """Ask the server whose tokens these are.

    Raises: BadAnswer where they are of another device than was asked for, ClientError.
    """
    me = await Api(homeserver_url, http, FixedToken(tokens.access_token)).get(WHOAMI)
    if me.get("device_id") != device_id:
        raise BadAnswer("the tokens are of another device")
    return Session(
        user_id=checked_user_id(me.get("user_id")),
        device_id=device_id,
        homeserver_url=homeserver_url,
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at_ms=tokens.expires_at_ms,
        oauth_client_id=client_id,
        oauth_issuer=metadata.issuer,
    )


def _authorization_url(
    metadata: OAuthMetadata, attempt: _Attempt, door: Loopback, register: bool, login_hint: str
) -> str:
    query = {
        "response_type": "code",
        "response_mode": "query",
        "client_id": attempt.client_id,
        "redirect_uri": door.redirect_uri,
        "scope": scope_of(attempt.device_id),
        "state": door.state,
        "code_challenge": attempt.challenge,
        "code_challenge_method": "S256",
    }
    if register and metadata.can_register:
        query["prompt"] = "create"
    if login_hint:
        query["login_hint"] = login_hint
    separator = "&" if "?" in metadata.authorization_endpoint else "?"
    return metadata.authorization_endpoint + separator + urlencode(query)


def _code_of(answer: Mapping[str, str], metadata: OAuthMetadata) -> str:
    """Return the code that the browser brought.

    The issuer is compared first (RFC 9207): a code of one server must not be handed to another.
    """
    named = answer.get("iss")
    if named != metadata.issuer and (named is not None or metadata.names_issuer):
        raise BadAnswer("the answer is of another server")
    error = answer.get("error")
    if error == "access_denied":
        raise Cancelled("refused in the browser")
    if error is not None:
        raise OAuthRefused(error[:100], answer.get("error_description", "")[:500])
    code = answer.get("code")
    if not code:
        raise BadAnswer("neither a code nor an error")
    return code


async def _exchange(
    http: aiohttp.ClientSession,
    metadata: OAuthMetadata,
    attempt: _Attempt,
    redirect_uri: str,
    code: str,
    clock: Clock,
) -> OAuthTokens:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": attempt.client_id,
        "code_verifier": attempt.verifier,
    }
    return await request_tokens(http, metadata.token_endpoint, form, clock.now_ms())
