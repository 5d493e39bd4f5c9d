"""Web pages on which the stages of interactive authentication are passed, for clients that do not know them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#fallback
"""

from typing import Final

from aiohttp import web

from homeserver.accounts.attempt_on_page import attempt_on_page, is_turn_of, operation_of
from homeserver.accounts.interactive_auth import find_waiting
from homeserver.accounts.stages import Refusal
from homeserver.client_api.auth_forms import FORMS, StageForm, Values
from homeserver.client_api.page_errors import errors_as_pages
from homeserver.errors import Forbidden, NotFound
from homeserver.http.context import services
from homeserver.http.forms import read_form
from homeserver.http.html_pages import html_page
from homeserver.http.params import query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes, path_param
from homeserver.storage.uia import UiaSession

routes = Routes()

PACKAGE: Final = "homeserver.client_api"
PATH: Final = "/_matrix/client/v3/auth/{authType}/fallback/web"
AUTH_DONE: Final = """
if (window.onAuthDone) {
    window.onAuthDone();
} else if (window.opener && window.opener.postMessage) {
    window.opener.postMessage("authDone", "*");
}
"""
"""What the specification wants a page to run once its stage is passed."""


@routes.get(PATH, limit=Action.LOGIN)
@errors_as_pages
async def show(request: web.Request) -> web.StreamResponse:
    """Show the form of a stage."""
    form, session = await _waiting(request, query_str(request, "session") or "")
    if form.stage in session.completed:
        return _done()
    return _page(request, form, session, await form.values(request, session, {}))


@routes.post(PATH, limit=Action.LOGIN)
@errors_as_pages
async def submit(request: web.Request) -> web.StreamResponse:
    """Judge what was entered."""
    fields = await read_form(request)
    form, session = await _waiting(request, fields.get("session", ""))
    if form.stage in session.completed:
        return _done()
    auth = await form.auth(request, session, fields)
    if auth is None:  # the form has a further page
        return _page(request, form, session, await form.values(request, session, fields))
    limits, whose = services(request).rate_limits, str(session.user_nid or session.session_id)
    limits.require_left(Action.FAILED_LOGIN, whose)
    refusal = await attempt_on_page(services(request).accounts, session, form.stage, auth)
    if refusal is None:
        return _done()
    limits.check_key(Action.FAILED_LOGIN, whose)
    return _page(request, form, session, await form.values(request, session, fields), refusal)


async def _waiting(request: web.Request, session_id: str) -> tuple[StageForm, UiaSession]:
    """Return the form of the path's stage, and the session that waits for it.

    Raises: NotFound; Forbidden where it is another stage's turn.
    """
    accounts = services(request).accounts
    form = FORMS.get(path_param(request, "authType"))
    if form is None:
        raise NotFound("This server has no page for this step.")
    session = await find_waiting(accounts, session_id)
    if session is None:
        raise NotFound("What you were doing in your app took too long, or is over already.")
    operation = await operation_of(accounts, session)
    is_its_turn = operation is not None and is_turn_of(operation, session, form.stage)
    if form.stage not in session.completed and not is_its_turn:
        raise Forbidden("This step is not what your app waits for.")
    return form, session


def _page(
    request: web.Request, form: StageForm, session: UiaSession, values: Values, refusal: Refusal | None = None
) -> web.Response:
    return html_page(
        PACKAGE,
        form.template,
        title=form.title,
        policy=form.policy(request),
        session=session.session_id,
        refusal=None if refusal is None else refusal.message,
        values=values,
    )


def _done() -> web.Response:
    return html_page(PACKAGE, "auth_done", title="Done", script=AUTH_DONE)
