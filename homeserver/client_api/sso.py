"""Single sign-on: to the provider, and back from there.

Spec: https://spec.matrix.org/v1.19/client-server-api/#client-login-via-sso
"""

from functools import wraps
from typing import Final
from urllib.parse import urlencode

import structlog
from aiohttp import web

from homeserver.errors import InvalidParam, MissingParam
from homeserver.http.browser_cookie import browser_of, browser_or_new, remember_browser
from homeserver.http.context import services
from homeserver.http.forms import read_form
from homeserver.http.html_pages import html_page
from homeserver.http.params import query_str, required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Handler, Routes, path_param
from homeserver.oauth_api.paths import APP
from homeserver.sso.arrive import LedOn, Waiting, arrive
from homeserver.sso.back_channel_logout import end_upstream_sessions
from homeserver.sso.begin import begin_sso
from homeserver.sso.complete import complete_sso
from homeserver.sso.context import CALLBACK_PATH
from homeserver.sso.errors import ProviderFailed, SsoRefused
from homeserver.sso.goals import Goal, LoginGoal
from homeserver.sso.redirect_urls import check_redirect_url

routes = Routes(cors=False)
log = structlog.get_logger(__name__)

PACKAGE: Final = "homeserver.sso"
PREFIX: Final = CALLBACK_PATH.rpartition("/")[0]
REDIRECT: Final = "/_matrix/client/v3/login/sso/redirect"
MAX_PARAM_LENGTH: Final = 8 * 1024

STAGE_PASSED: Final = """\
if (window.onAuthDone) {
  window.onAuthDone();
} else if (window.opener && window.opener.postMessage) {
  window.opener.postMessage("authDone", "*");
}
"""


def shows_refusals(handler: Handler) -> Handler:
    """Make a page of what keeps somebody from signing in; the operator finds the reason in the log."""

    @wraps(handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SsoRefused as refusal:
            if isinstance(refusal, ProviderFailed):
                log.warning("sso_failed", reason=refusal.reason)
            return html_page(
                PACKAGE, "refused", title="You are not signed in", status=refusal.status, reason=str(refusal)
            )

    return handle


@routes.get(REDIRECT, limit=Action.LOGIN)
@shows_refusals
async def redirect_to_sso(request: web.Request) -> web.StreamResponse:
    """GET /login/sso/redirect: to our pages, where all ways to sign in are, or to a choice of providers."""
    here, redirect_url = services(request), _redirect_url(request)
    providers, action = here.sso.providers, query_str(request, "action", "login")
    if here.settings.auth.oauth:
        return lead(own_url(request, APP, redirectUrl=redirect_url, action=action))
    if not providers:
        raise SsoRefused("This server has no single sign-on.")
    if len(providers) == 1:
        return await lead_to_provider(request, next(iter(providers)), LoginGoal(redirect_url))
    choices = [
        (own_url(request, f"{REDIRECT}/{name}", redirectUrl=redirect_url), found.config.name)
        for name, found in providers.items()
    ]
    return html_page(PACKAGE, "choose_provider", title="Sign in", choices=choices)


@routes.get(REDIRECT + "/{idpId}", limit=Action.LOGIN)
@shows_refusals
async def redirect_to_provider(request: web.Request) -> web.StreamResponse:
    """GET /login/sso/redirect/{idpId}: to this provider."""
    return await lead_to_provider(request, path_param(request, "idpId"), LoginGoal(_redirect_url(request)))


@routes.get(PREFIX + "/begin/{idpId}", limit=Action.LOGIN)
@shows_refusals
async def begin_for_own_page(request: web.Request) -> web.StreamResponse:
    """GET: to this provider, and then to a page of this server, whose path is in `continue`.

    The page gets a `loginToken` in its query, which it takes from this browser alone. With `again`, the
    provider is asked to have the user sign in even where it knows the browser.
    """
    path, again = required_query_str(request, "continue"), "again" in request.query
    if not path.startswith("/") or path.startswith("//"):
        raise InvalidParam("continue must be a path of this server")
    url = services(request).settings.base_url + path
    check_redirect_url(url)
    return await lead_to_provider(request, path_param(request, "idpId"), LoginGoal(url, True, again))


@routes.get(CALLBACK_PATH, limit=Action.ANONYMOUS)  # it does nothing without a state that we have given out
@shows_refusals
async def come_back(request: web.Request) -> web.StreamResponse:
    """GET: the provider's answer."""
    ctx = services(request).sso
    answer = {
        name: value
        for name, value in request.query.items()
        if len(value) <= MAX_PARAM_LENGTH and "\0" not in value
    }
    browser = browser_of(request)
    completed = await complete_sso(ctx, answer, browser)
    assert browser is not None
    match await arrive(ctx, completed, browser):
        case LedOn(url):
            return lead(url)
        case Waiting(arrival_id):
            return lead(own_url(request, f"{PREFIX}/arrival/{arrival_id}"))
        case _:
            return html_page(PACKAGE, "stage_passed", title="Confirmed", script=STAGE_PASSED)


@routes.post(PREFIX + "/logout", limit=Action.ANONYMOUS, max_body=128 * 1024)
async def back_channel_logout(request: web.Request) -> web.StreamResponse:
    """POST: a provider says that a session there has ended."""
    form = await read_form(request)
    if "logout_token" not in form:
        raise MissingParam("logout_token is required")
    try:
        await end_upstream_sessions(services(request).sso, form["logout_token"])
    except ProviderFailed as error:
        log.warning("back_channel_logout_refused", reason=error.reason)
        raise InvalidParam("The logout token is not valid") from error
    return web.Response(headers={"Cache-Control": "no-store"})


async def lead_to_provider(request: web.Request, provider_id: str, goal: Goal) -> web.Response:
    """Send the browser to a provider, and have it hold the secret by which it is known again.

    Raises: UnknownProvider, ProviderFailed.
    """
    ctx = services(request).sso
    provider = ctx.providers.get(provider_id)
    if provider is None:
        raise UnknownProvider()
    browser = browser_or_new(request)
    response = lead(await begin_sso(ctx, provider, goal, browser))
    remember_browser(request, response, browser)
    return response


class UnknownProvider(SsoRefused):
    """There is no provider of this id."""

    status = 404

    def __init__(self) -> None:
        super().__init__("This server does not know that way to sign in.")


def own_url(request: web.Request, path: str, **query: str | None) -> str:
    """Return the address under which browsers find a path of this server."""
    given = {name: value for name, value in query.items() if value is not None}
    return services(request).settings.base_url + path + (f"?{urlencode(given)}" if given else "")


def _redirect_url(request: web.Request) -> str:
    url = required_query_str(request, "redirectUrl")
    check_redirect_url(url)
    return url


def lead(url: str) -> web.Response:
    """Lead a browser on."""
    return web.Response(
        status=302, headers={"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )
