"""The page of the account's e-mail addresses."""

from collections.abc import Mapping
from typing import TypeAlias

from aiohttp import web

from homeserver.accounts.bind_threepid import unbind_threepid
from homeserver.accounts.requester import Requester
from homeserver.accounts.threepid_validations import EMAIL_MEDIUM
from homeserver.accounts.threepids import add_threepid, delete_threepid, list_threepids
from homeserver.errors import Forbidden, MatrixError
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.oauth_api.mails import send_mail
from homeserver.oauth_api.paths import ADDRESSES
from homeserver.oauth_api.visits import Visit, page
from homeserver.storage.browser_sessions import BrowserSession
from homeserver.storage.threepid_validations import Purpose

routes = Routes(cors=False)

Fields: TypeAlias = Mapping[str, str]


@routes.get(ADDRESSES, limit=Action.ANONYMOUS)
@page
async def show(visit: Visit) -> web.Response:
    """GET: the addresses."""
    return await _page(visit, {})


@routes.post(ADDRESSES, limit=Action.LOGIN)
@page
async def change(visit: Visit) -> web.Response:
    """POST: a new address, its confirmation, or the end of one.

    Who reads an address's mail can set the password, so the owner must be at the keyboard.
    """
    requester = requester_of(visit.signed_in(fresh=True))
    fields = await visit.form()
    if not visit.here.accounts.mail.is_on:
        raise Forbidden("Addresses cannot be changed on this server.")
    try:
        if "remove" in fields:
            await _remove(visit, requester, fields["remove"])
        elif fields.get("sid"):
            await add_threepid(visit.here.accounts, requester, fields["sid"], fields.get("client_secret", ""))
        else:
            return await _page(visit, await send_mail(visit, Purpose.ADD, fields.get("address", "")))
    except MatrixError as error:
        return await _page(visit, fields, error.message, error.status)
    return visit.go(ADDRESSES)


def requester_of(browser: BrowserSession) -> Requester:
    """Return who acts on the account's pages: the user, through no device."""
    return Requester(browser.user_id, browser.user_nid, None, None, None)


async def _remove(visit: Visit, requester: Requester, address: str) -> None:
    await unbind_threepid(visit.here.identity, requester, EMAIL_MEDIUM, address, None, must=False)
    await delete_threepid(visit.here.accounts, requester, EMAIL_MEDIUM, address)


async def _page(visit: Visit, fields: Fields, problem: str = "", status: int = 200) -> web.Response:
    browser = visit.signed_in(fresh=True)
    known = await list_threepids(visit.here.accounts, browser.user_nid)
    return visit.show(
        "account_addresses",
        title="E-mail addresses",
        here="addresses",
        status=status,
        addresses=[threepid.address for threepid in known if threepid.medium == EMAIL_MEDIUM],
        can_change=visit.here.accounts.mail.is_on,
        fields={name: fields.get(name, "") for name in ("address", "sid", "client_secret")},
        problem=problem,
    )
