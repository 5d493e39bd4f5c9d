"""The page behind the link in a mail about unread messages.

Opening it changes nothing, since mail programs look links up by themselves; its button, and the one that mail
programs show, send a POST.
"""

from typing import Final

from aiohttp import web

from homeserver.client_api.page_errors import errors_as_pages
from homeserver.http.context import services
from homeserver.http.html_pages import html_page
from homeserver.http.params import required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.pushers.unsubscribe import PATH, check_unsubscribe, unsubscribe

routes = Routes()

PACKAGE: Final = "homeserver.client_api"


@routes.get(PATH, limit=Action.ANONYMOUS)
@errors_as_pages
async def get_page(request: web.Request) -> web.StreamResponse:
    """Ask whether the mails shall end."""
    pusher = await check_unsubscribe(services(request).pushers.ctx, required_query_str(request, "token"))
    if pusher is None:
        return _done()
    return html_page(
        PACKAGE,
        "unsubscribe",
        title="Stop these mails?",
        address=pusher.settings.pushkey,
        user_id=pusher.user_id,
    )


@routes.post(PATH, limit=Action.ANONYMOUS)
@errors_as_pages
async def end_mails(request: web.Request) -> web.StreamResponse:
    """End the mails: the link alone says who asks."""
    await unsubscribe(services(request).pushers.ctx, required_query_str(request, "token"))
    return _done()


def _done() -> web.Response:
    return html_page(PACKAGE, "unsubscribed", title="No more of these mails")
