"""The tokens of a signed-in account: in use, renewed, kept.

Spec: https://spec.matrix.org/v1.19/client-server-api/#refreshing-access-tokens
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import aiohttp

from client_desktop.core.accounts.answers import checked_token, expiry_ms, optional_token
from client_desktop.core.accounts.oauth_metadata import fetch_oauth_metadata
from client_desktop.core.accounts.oauth_tokens import OAuthRefused, request_tokens
from client_desktop.core.accounts.session import Session
from client_desktop.core.api import Api
from client_desktop.core.clock import Clock
from client_desktop.core.errors import BadAnswer, MatrixError, TokenRejected

logger = logging.getLogger(__name__)

REFRESH: Final = "/_matrix/client/v3/refresh"


class SessionTokens:
    """A `TokenSource` (core/api) that keeps what it gets before anybody uses it.

    The old refresh token stays good until one of the new pair is used. So a crash between the server's answer
    and our writing it down costs nothing.
    """

    def __init__(
        self,
        session: Session,
        http: aiohttp.ClientSession,
        clock: Clock,
        keep: Callable[[Session], None],
    ) -> None:
        """`keep` writes the session down; it has done so when it returns."""
        self._session = session
        self._http = http
        self._clock = clock
        self._keep = keep

    @property
    def session(self) -> Session:
        """The session as it is now."""
        return self._session

    @property
    def access_token(self) -> str:
        return self._session.access_token

    async def refresh(self) -> bool:
        """Get and keep a new access token; False where there is none to be had.

        Raises: ClientError where the server could not be asked: the old refresh token is still good then.
        TokenRejected where the server says more than no: whether the sign-out is soft.
        """
        session = self._session
        if session.refresh_token is None:
            return False
        try:
            renewed = await (self._ask_oauth(session) if session.uses_oauth else self._ask(session))
        except OAuthRefused as refusal:
            # What else is wrong with the request does not say that the device is gone.
            raise TokenRejected(refusal.error != "invalid_grant", refusal.error) from None
        except TokenRejected:
            raise
        except MatrixError as refusal:
            # COMPAT: servers that say no in other words; none of them says that the session may go on.
            if refusal.status in (401, 403) and refusal.errcode == "M_FORBIDDEN":
                raise TokenRejected(False, refusal.message) from None
            raise
        self._keep(renewed)
        self._session = renewed
        return True

    def replace(self, session: Session) -> None:
        """Go on with a session that was signed in again."""
        self._keep(session)
        self._session = session

    async def _ask(self, session: Session) -> Session:
        asked_at_ms = self._clock.now_ms()
        body = {"refresh_token": session.refresh_token}
        answer = await Api(session.homeserver_url, self._http).post(REFRESH, body, auth=False)
        return session.with_tokens(
            checked_token(answer.get("access_token")),
            optional_token(answer.get("refresh_token")),
            expiry_ms(answer.get("expires_in_ms"), asked_at_ms),
        )

    async def _ask_oauth(self, session: Session) -> Session:
        metadata = await fetch_oauth_metadata(self._http, session.homeserver_url)
        if metadata is None or metadata.issuer != session.oauth_issuer:
            raise BadAnswer("the authorisation server is another one now")
        form = {
            "grant_type": "refresh_token",
            "refresh_token": session.refresh_token or "",
            "client_id": session.oauth_client_id or "",
        }
        tokens = await request_tokens(self._http, metadata.token_endpoint, form, self._clock.now_ms())
        return session.with_tokens(tokens.access_token, tokens.refresh_token, tokens.expires_at_ms)
