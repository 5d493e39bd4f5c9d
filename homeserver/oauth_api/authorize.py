"""The page where somebody agrees that a client may act for them.

Nobody is led to a client without having said so here: anybody can register a client, so every client may be a
stranger who only wants to borrow our good name.

Spec: https://spec.matrix.org/v1.19/client-server-api/#authorisation-code-flow
"""

from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from homeserver.accounts.devices import get_device
from homeserver.errors import NotFound
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.authorization import (
    CREATE,
    LOGIN,
    AuthorizationRefused,
    AuthorizationRequest,
    read_authorization_request,
)
from homeserver.oauth.codes import grant_code
from homeserver.oauth.errors import ACCESS_DENIED
from homeserver.oauth_api.forms import MAX_BODY_BYTES, once_each
from homeserver.oauth_api.metadata import require_oauth
from homeserver.oauth_api.paths import AUTHORIZE, REGISTER, SIGN_IN
from homeserver.oauth_api.register import may_register
from homeserver.oauth_api.visits import Visit, lead, page
from homeserver.storage.browser_sessions import BrowserSession

routes = Routes(cors=False)

HINT_PREFIX: Final = "mxid:"


@routes.get(AUTHORIZE, limit=Action.ANONYMOUS)
@page
async def show_authorize(visit: Visit) -> web.Response:
    """GET: the question, after signing in."""
    require_oauth(visit.here)
    params = once_each(visit.request.query.items())
    try:
        asked = await read_authorization_request(visit.here.oauth, params)
    except AuthorizationRefused as refused:
        return _refuse(visit, refused)
    # What is done on the way is not asked for again on the way back.
    onward = f"{AUTHORIZE}?{urlencode({name: value for name, value in params.items() if name != 'prompt'})}"
    if CREATE in asked.prompts and await may_register(visit.here.accounts):
        return visit.go(REGISTER, return_to=onward)
    if visit.session is None or LOGIN in asked.prompts:
        hint = _hinted_name(asked.login_hint)
        switch = {"switch": "1"} if visit.session is not None else {}
        return visit.go(SIGN_IN, return_to=onward, **({"hint": hint} if hint else {}), **switch)
    return await _ask(visit, visit.session, asked, onward)


@routes.post(AUTHORIZE, limit=Action.ANONYMOUS, max_body=MAX_BODY_BYTES)
@page
async def authorize(visit: Visit) -> web.Response:
    """POST: the answer, which the client is told through the browser."""
    require_oauth(visit.here)
    browser = visit.signed_in()
    form = await visit.form()
    try:
        asked = await read_authorization_request(visit.here.oauth, once_each(visit.request.query.items()))
    except AuthorizationRefused as refused:
        return _refuse(visit, refused)
    if form.get("decision") != "allow":
        return lead(asked.callback.url(error=ACCESS_DENIED, error_description="The user has refused"))
    return lead(asked.callback.url(code=await grant_code(visit.here.oauth, browser, asked)))


async def _ask(
    visit: Visit, browser: BrowserSession, asked: AuthorizationRequest, onward: str
) -> web.Response:
    switch = urlencode({"return_to": onward, "switch": "1"})
    return visit.show(
        "consent",
        title=f"Sign in to {asked.client.metadata.name}?",
        policy={"form-action": f"'self' {form_target(asked.callback.redirect_uri)}"},
        metadata=asked.client.metadata,
        target=shown_target(asked.callback.redirect_uri),
        device_id=asked.scope.device_id,
        known_device=await known_device(visit, browser, asked.scope.device_id),
        switch=f"{visit.root}{SIGN_IN}?{switch}",
    )


async def known_device(visit: Visit, browser: BrowserSession, device_id: str) -> str:
    """Return the name of the device that would be signed in again; empty for a new one."""
    try:
        device = await get_device(visit.here.accounts, browser.user_nid, device_id)
    except NotFound:
        return ""
    return device.display_name or device.device_id


def form_target(redirect_uri: str) -> str:
    """Return the source expression for where the answer leads: browsers hold forms to it."""
    parts = urlsplit(redirect_uri)
    if parts.scheme in ("http", "https") and "[" not in parts.netloc:  # no policy can name an IPv6 address
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"


def shown_target(redirect_uri: str) -> str:
    """Return where the answer leads, as people read it."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def _refuse(visit: Visit, refused: AuthorizationRefused) -> web.Response:
    return visit.show(
        "refused_request",
        title="This app asked for something impossible",
        status=400,
        problem=refused.error.message,
        client=refused.client.metadata.name,
        url=refused.url,
    )


def _hinted_name(hint: str | None) -> str:
    """Return the user name in a hint, which a client may give as a user id or just so."""
    return "" if hint is None else hint.removeprefix(HINT_PREFIX)
