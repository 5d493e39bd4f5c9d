"""Sign in through the system browser and a provider of the server's choice.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-login-via-sso
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

import aiohttp

from client_desktop.core.accounts.login import check_same_device, log_in_with_token
from client_desktop.core.accounts.loopback import BrowserWords, open_loopback
from client_desktop.core.accounts.session import Session
from client_desktop.core.clock import Clock
from client_desktop.core.errors import Cancelled

OpenBrowser: TypeAlias = Callable[[str], Awaitable[None]]
"""Shows an address in the system's browser; returns at once. Raises what the sign-in should end with."""

BROWSER_TIMEOUT_S: Final = 15 * 60.0


class BrowserTimeout(Cancelled):
    """Nothing came back from the browser."""

    word = "browser_timeout"


async def sign_in_with_sso(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    open_browser: OpenBrowser,
    words: BrowserWords,
    *,
    clock: Clock,
    device_name: str,
    provider_id: str | None = None,
    again: Session | None = None,
    register: bool = False,
    timeout_s: float = BROWSER_TIMEOUT_S,
) -> Session:
    """Lead the user to the provider, and sign in with what comes back. Cancelling the task ends it.

    `again`: the session to go on with after a soft logout.

    Raises: BrowserTimeout, AnotherAccount, ClientError.
    """
    async with open_loopback(words) as door:
        back = f"{door.redirect_uri}?{urlencode({'state': door.state})}"
        await open_browser(_redirect_url(homeserver_url, provider_id, back, register))
        try:
            answer = await door.answer(timeout_s)
        except TimeoutError:
            raise BrowserTimeout("the browser did not come back") from None
    token = answer.get("loginToken")
    if not token:
        raise Cancelled("the provider let nobody in")
    device_id = again.device_id if again is not None else None
    session = await log_in_with_token(
        http, homeserver_url, token, clock=clock, device_name=device_name, device_id=device_id
    )
    return session if again is None else check_same_device(again, session)


def _redirect_url(homeserver_url: str, provider_id: str | None, back: str, register: bool) -> str:
    path = "/_matrix/client/v3/login/sso/redirect"
    if provider_id is not None:
        path += f"/{quote(provider_id, safe='')}"
    query = {"redirectUrl": back, "action": "register" if register else "login"}
    return f"{homeserver_url}{path}?{urlencode(query)}"
