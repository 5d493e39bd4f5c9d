"""The page behind the link in a mail, by which its reader confirms an e-mail address.

Opening it changes nothing, since programs that look for viruses open links too: the button on it does.
"""

from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from homeserver.accounts.threepid_validations import CONFIRM_PATH, confirm, find_by_link
from homeserver.client_api.page_errors import errors_as_pages
from homeserver.http.context import services
from homeserver.http.forms import read_form
from homeserver.http.html_pages import html_page
from homeserver.http.params import required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.storage.threepid_validations import Purpose, Validation

routes = Routes()

PACKAGE: Final = "homeserver.client_api"
TITLES: Final = {
    Purpose.REGISTER: "Confirm your e-mail address",
    Purpose.RESET: "Reset your password?",
    Purpose.ADD: "Confirm your e-mail address",
}


@routes.get(CONFIRM_PATH, limit=Action.LOGIN)
@errors_as_pages
async def show(request: web.Request) -> web.StreamResponse:
    """Ask whether the reader agrees."""
    here = services(request)
    sid, token = required_query_str(request, "sid"), required_query_str(request, "token")
    found = await find_by_link(here.accounts, sid, token)
    if found.validated_ts is not None:
        return _confirmed(found)
    return html_page(
        PACKAGE,
        "confirm_email",
        title=TITLES[found.purpose],
        purpose=found.purpose.value,
        server_name=here.server_name,
        address=found.address,
        action=CONFIRM_PATH,
        sid=sid,
        token=token,
    )


@routes.post(CONFIRM_PATH, limit=Action.LOGIN)
@errors_as_pages
async def agree(request: web.Request) -> web.StreamResponse:
    """Note that the reader agrees."""
    form = await read_form(request)
    return _confirmed(await confirm(services(request).accounts, form.get("sid", ""), form.get("token", "")))


def _confirmed(validation: Validation) -> web.StreamResponse:
    title = "Confirmed" if validation.purpose is Purpose.RESET else "Your e-mail address is confirmed"
    link = validation.next_link
    host = urlsplit(link).hostname if link else None
    return html_page(
        PACKAGE, "email_confirmed", title=title, address=validation.address, next_link=link, next_host=host
    )
