"""The pages between a provider and a client: choosing a user name, and trusting the client."""

from aiohttp import web

from homeserver.client_api.sso import PACKAGE, PREFIX, lead, own_url, shows_refusals
from homeserver.errors import Exclusive, InvalidUsername, UserInUse
from homeserver.http.browser_cookie import browser_of
from homeserver.http.context import services
from homeserver.http.forms import read_form
from homeserver.http.html_pages import html_page
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes, path_param
from homeserver.sso.arrivals import Waiter, choose_name, consent, find_waiter
from homeserver.sso.redirect_urls import shown_client
from homeserver.sso.user_names import suggested_name

routes = Routes(cors=False)

MAX_FORM = 8 * 1024


@routes.get(PREFIX + "/arrival/{arrivalId}", limit=Action.ANONYMOUS)
@shows_refusals
async def show(request: web.Request) -> web.StreamResponse:
    """GET: the question that somebody has to answer."""
    waiter = await find_waiter(services(request).sso, path_param(request, "arrivalId"), browser_of(request))
    if waiter.user_id is None:
        return _ask_name(request, waiter, suggested_name(waiter.identity.user_name))
    return html_page(
        PACKAGE,
        "consent",
        title="Continue?",
        client=shown_client(waiter.goal.redirect_url),
        user_id=waiter.user_id,
        onward=own_url(request, f"{request.path}/continue"),
    )


@routes.post(PREFIX + "/arrival/{arrivalId}", limit=Action.REGISTRATION, max_body=MAX_FORM)
@shows_refusals
async def take_name(request: web.Request) -> web.StreamResponse:
    """POST: the user name that somebody has chosen."""
    here, arrival_id = services(request), path_param(request, "arrivalId")
    waiter = await find_waiter(here.sso, arrival_id, browser_of(request))
    form = await read_form(request)
    username = form.get("username", "").strip()
    documents = here.settings.registration.terms
    if documents and "agreed" not in form:
        return _ask_name(request, waiter, username, "You have to agree to the terms to get an account.")
    try:
        terms = [(document.id, document.version) for document in documents]
        await choose_name(here.sso, arrival_id, waiter, username, terms)
    except (UserInUse, Exclusive):
        return _ask_name(request, waiter, username, "Somebody has this name already. Choose another one.")
    except InvalidUsername as error:
        return _ask_name(request, waiter, username, f"{error.message}.")
    return web.Response(status=303, headers={"Location": own_url(request, request.path)})


@routes.get(PREFIX + "/arrival/{arrivalId}/continue", limit=Action.ANONYMOUS)
@shows_refusals
async def go_on(request: web.Request) -> web.StreamResponse:
    """GET: to the client, which the user trusts. A link and no form: it may lead anywhere."""
    ctx, arrival_id, browser = services(request).sso, path_param(request, "arrivalId"), browser_of(request)
    waiter = await find_waiter(ctx, arrival_id, browser)
    assert browser is not None
    return lead((await consent(ctx, arrival_id, waiter, browser)).url)


def _ask_name(request: web.Request, waiter: Waiter, username: str, problem: str = "") -> web.Response:
    here = services(request)
    return html_page(
        PACKAGE,
        "choose_name",
        title="Choose a user name",
        status=400 if problem else 200,
        server_name=here.server_name,
        provider=here.sso.providers[waiter.provider_id].config.name,
        display_name=waiter.identity.display_name,
        username=username,
        documents=here.settings.registration.terms,
        problem=problem,
    )
