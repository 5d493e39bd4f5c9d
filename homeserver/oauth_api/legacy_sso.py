"""Clients that know nothing of OAuth, but can send a browser somewhere, sign in through our own pages.

To them it looks like single sign-on, with a password, a provider or a new account as the user likes.

Spec: https://spec.matrix.org/v1.19/client-server-api/#oauth-20-aware-clients
"""

from urllib.parse import urlencode

from aiohttp import web

from homeserver.accounts.login_tokens import REDIRECT_LIFETIME_MS, create_login_token
from homeserver.http.params import query_str, required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth_api.authorize import form_target
from homeserver.oauth_api.forms import MAX_BODY_BYTES
from homeserver.oauth_api.metadata import require_oauth
from homeserver.oauth_api.paths import APP, REGISTER, SIGN_IN
from homeserver.oauth_api.visits import Visit, lead, page
from homeserver.sso.redirect_urls import check_redirect_url, shown_client, with_login_token
from homeserver.storage.browser_sessions import select_granter

routes = Routes(cors=False)


@routes.get(APP, limit=Action.ANONYMOUS)
@page
async def show_app(visit: Visit) -> web.Response:
    """GET: whether the app may act for whoever is signed in, once somebody is."""
    redirect_url = _redirect_url(visit)
    if visit.session is None and query_str(visit.request, "action") == "register":
        return visit.go(REGISTER, return_to=visit.request.path_qs)
    visit.signed_in()
    return visit.show(
        "app_consent",
        title="Continue to this app?",
        policy={"form-action": f"'self' {form_target(redirect_url)}"},
        client=shown_client(redirect_url),
        switch=f"{visit.root}{SIGN_IN}?{urlencode({'return_to': visit.request.path_qs, 'switch': '1'})}",
    )


@routes.post(APP, limit=Action.LOGIN, max_body=MAX_BODY_BYTES)
@page
async def lead_to_app(visit: Visit) -> web.Response:
    """POST: to the app, with a login token."""
    redirect_url = _redirect_url(visit)
    session = visit.signed_in()
    await visit.form()
    accounts = visit.here.accounts
    async with accounts.db.acquire() as conn:
        granter = await select_granter(conn, session.browser_nid)
    token = await create_login_token(
        accounts,
        session.user_nid,
        lifetime_ms=REDIRECT_LIFETIME_MS,
        voucher=None if granter is None else granter.voucher,
    )
    return lead(with_login_token(redirect_url, token))


def _redirect_url(visit: Visit) -> str:
    require_oauth(visit.here)
    url = required_query_str(visit.request, "redirectUrl")
    check_redirect_url(url)
    return url
