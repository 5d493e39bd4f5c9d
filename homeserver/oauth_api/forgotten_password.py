"""Choosing a new password by an e-mail address of the account, for who has forgotten the old one."""

from collections.abc import Mapping
from typing import Final, TypeAlias
from urllib.parse import urlencode

from aiohttp import web

from homeserver.accounts.change_password import reset_password
from homeserver.accounts.threepid_validations import is_validated
from homeserver.errors import MatrixError, NotFound
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth.register_on_page import SHORTEST_PASSWORD
from homeserver.oauth_api.account_profile import TOO_SHORT
from homeserver.oauth_api.mails import send_mail
from homeserver.oauth_api.paths import FORGOTTEN, SIGN_IN
from homeserver.oauth_api.visits import Visit, page
from homeserver.storage.threepid_validations import Purpose

routes = Routes(cors=False)

NOT_CONFIRMED: Final = "The link in the mail was not opened yet, or there is no account with this address."

Fields: TypeAlias = Mapping[str, str]


@routes.get(FORGOTTEN, limit=Action.ANONYMOUS)
@page
async def show(visit: Visit) -> web.Response:
    """GET: the form for the address."""
    return _form(visit, {})


@routes.post(FORGOTTEN, limit=Action.LOGIN)
@page
async def submit(visit: Visit) -> web.Response:
    """POST: the address, and then the new password."""
    fields = await visit.form()
    try:
        if not fields.get("sid"):
            return _form(visit, await send_mail(visit, Purpose.RESET, fields.get("address", "")))
        return await _reset(visit, fields)
    except MatrixError as error:
        return _form(visit, fields, error.message, error.status)


async def _reset(visit: Visit, fields: Fields) -> web.Response:
    accounts, sid = visit.here.accounts, fields["sid"]
    password = fields.get("password", "")
    if len(password) < SHORTEST_PASSWORD:
        return _form(visit, fields, TOO_SHORT, 400)
    if not await is_validated(accounts, Purpose.RESET, sid, fields.get("client_secret", "")):
        return _form(visit, fields, NOT_CONFIRMED, 403)
    await reset_password(accounts, sid, password, log_out="log_out" in fields)
    return visit.go(SIGN_IN, return_to=visit.return_to)


def _form(visit: Visit, fields: Fields, problem: str = "", status: int = 200) -> web.Response:
    if not visit.here.accounts.mail.is_on:
        raise NotFound("This server sends no mail. Ask whoever runs it for a new password.")
    return visit.show(
        "forgotten_password",
        title="Choose a new password",
        status=status,
        fields={name: fields.get(name, "") for name in ("address", "sid", "client_secret")},
        problem=problem,
        shortest_password=SHORTEST_PASSWORD,
        sign_in=f"{visit.root}{SIGN_IN}?{urlencode({'return_to': visit.return_to})}",
    )
