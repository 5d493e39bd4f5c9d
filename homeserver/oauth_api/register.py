"""Making an account on the server's own pages.

Where an e-mail address is needed, it is confirmed first: so no password has to wait for a mail to arrive.

Spec: https://spec.matrix.org/v1.19/client-server-api/#user-registration
"""

from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import urlencode

from aiohttp import web

from homeserver.accounts.context import AccountsContext
from homeserver.accounts.stages import CAPTCHA, EMAIL, REGISTRATION_TOKEN, TERMS, AuthData, ThreepidCreds
from homeserver.client_api.auth_forms import CAPTCHA_FIELDS, FORMS
from homeserver.config.registration import TermsDocument
from homeserver.errors import Forbidden, MatrixError
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.browsers import sign_in_browser
from homeserver.oauth.register_on_page import SHORTEST_PASSWORD, FilledIn, possible_flows, register_on_page
from homeserver.oauth_api.mails import send_mail
from homeserver.oauth_api.paths import REGISTER, SIGN_IN
from homeserver.oauth_api.visits import Visit, page, remember_session
from homeserver.storage.threepid_validations import Purpose

routes = Routes(cors=False)

MAX_BODY_BYTES: Final = 64 * 1024  # the answer to a captcha is long

TITLE: Final = "Create an account"
KEPT_FIELDS: Final = ("username", "token", "address", "sid", "client_secret")
"""What is still there after a mistake; the password is not."""

Fields: TypeAlias = Mapping[str, str]


async def may_register(ctx: AccountsContext) -> bool:
    """Tell whether anybody can make an account."""
    return bool(await possible_flows(ctx))


@routes.get(REGISTER, limit=Action.ANONYMOUS)
@page
async def show_register(visit: Visit) -> web.Response:
    """GET: the form, or first the one for the e-mail address where one is required."""
    return await _form(visit, {})


@routes.post(REGISTER, limit=Action.REGISTRATION, max_body=MAX_BODY_BYTES)
@page
async def register(visit: Visit) -> web.Response:
    """POST: what was entered; a new account is signed in at once."""
    fields = await visit.form()
    try:
        if "username" not in fields:
            sent = await send_mail(visit, Purpose.REGISTER, fields.get("address", ""))
            return await _form(visit, {**fields, **sent})
        filled = FilledIn(fields["username"].strip(), fields.get("password", ""), _auths(visit, fields))
        account = await register_on_page(visit.here.accounts, filled)
    except MatrixError as error:
        return await _form(visit, fields, error.message, error.status)
    secret = await sign_in_browser(visit.here.accounts, account.user_nid)
    return remember_session(visit, visit.go(visit.return_to), secret)


def _auths(visit: Visit, fields: Fields) -> dict[str, AuthData]:
    """Return what was entered, by the stage that it is for."""
    auths: dict[str, AuthData] = {}
    if fields.get("token", "").strip():
        auths[REGISTRATION_TOKEN] = AuthData(REGISTRATION_TOKEN, token=fields["token"].strip())
    documents = {document.id for document in visit.here.settings.registration.terms}
    if documents and all(f"agreed {document}" in fields for document in documents):
        auths[TERMS] = AuthData(TERMS)
    answer = next((fields[name] for name in CAPTCHA_FIELDS if fields.get(name)), None)
    if answer is not None:
        auths[CAPTCHA] = AuthData(CAPTCHA, response=answer)
    if fields.get("sid"):
        creds = ThreepidCreds(fields["sid"], fields.get("client_secret", ""))
        auths[EMAIL] = AuthData(EMAIL, threepid_creds=creds)
    return auths


async def _form(visit: Visit, fields: Fields, problem: str = "", status: int = 200) -> web.Response:
    flows = await possible_flows(visit.here.accounts)
    if not flows:
        raise Forbidden("New accounts cannot be made here. Ask whoever runs this server.")
    takes_email = any(EMAIL in flow for flow in flows)
    query = urlencode({"return_to": visit.return_to})
    shared: dict[str, object] = {
        "problem": problem,
        "fields": {name: fields.get(name, "") for name in KEPT_FIELDS},
        "sign_in": f"{visit.root}{SIGN_IN}?{query}",
        "with_email": f"{visit.root}{REGISTER}?{query}&email=1" if takes_email else "",
    }
    wants_email = takes_email and ("email" in visit.request.query or all(EMAIL in flow for flow in flows))
    if wants_email and not fields.get("sid"):
        return visit.show("register_email", title=TITLE, status=status, values=shared)
    captcha = visit.here.settings.captcha if any(CAPTCHA in flow for flow in flows) else None
    return visit.show(
        "register",
        title=TITLE,
        status=status,
        policy=FORMS[CAPTCHA].policy(visit.request) if captcha is not None else None,
        values=shared,
        captcha=captcha,
        takes_token=any(REGISTRATION_TOKEN in flow for flow in flows),
        needs_token=all(REGISTRATION_TOKEN in flow for flow in flows),
        documents=_by_id(visit.here.settings.registration.terms),
        shortest_password=SHORTEST_PASSWORD,
    )


def _by_id(terms: tuple[TermsDocument, ...]) -> dict[str, list[TermsDocument]]:
    documents: dict[str, list[TermsDocument]] = {}
    for document in terms:
        documents.setdefault(document.id, []).append(document)
    return documents
