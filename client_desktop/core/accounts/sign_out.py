"""End a session on the server.

Spec: https://spec.matrix.org/v1.19/client-server-api/#token-revocation
"""

from __future__ import annotations

from typing import Final

import aiohttp

from client_desktop.core.accounts.oauth_metadata import fetch_oauth_metadata
from client_desktop.core.accounts.oauth_tokens import check_oauth_answer
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.web import send
from client_desktop.core.api import Api
from client_desktop.core.errors import BadAnswer, TokenRejected

LOGOUT: Final = "/_matrix/client/v3/logout"


async def end_session(http: aiohttp.ClientSession, session: Session, api: Api) -> None:
    """Sign the device out; a session that has ended already is fine.

    Raises: ClientError where the server could not be told: the session may go on then.
    """
    if session.uses_oauth:
        await _revoke(http, session)
        return
    try:
        await api.post(LOGOUT)
    except TokenRejected:
        return


async def _revoke(http: aiohttp.ClientSession, session: Session) -> None:
    metadata = await fetch_oauth_metadata(http, session.homeserver_url)
    if metadata is None:
        raise BadAnswer("the authorisation server is gone")
    # The refresh token ends both, and is still good when the access token has run out.
    token = session.refresh_token or session.access_token
    form = {"token": token, "client_id": session.oauth_client_id or ""}
    form["token_type_hint"] = "access_token" if session.refresh_token is None else "refresh_token"
    check_oauth_answer(await send(http, "POST", metadata.revocation_endpoint, form=form))
