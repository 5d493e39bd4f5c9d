"""The page behind the link in a mail about unread messages.

Opening it changes nothing, since mail programs look links up by themselves; its button, and the one that mail
programs show, send a POST.
"""

from html import escape
from typing import Final

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import required_query_str
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.pushers.unsubscribe import PATH, check_unsubscribe, unsubscribe

routes = Routes()

HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mails about unread messages</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}
button {{ font: inherit; padding: .6rem 1.2rem }}
</style>
<main>
<h1>Mails about unread messages</h1>
{content}
</main>
</html>
"""
ASK: Final = """<p>Mails to <strong>{address}</strong> about unread messages of {user_id}.</p>
<form method="post"><button type="submit">Stop these mails</button></form>"""
DONE: Final = "<p>No more of these mails will be sent. A client can turn them on again.</p>"


@routes.get(PATH, limit=Action.ANONYMOUS)
async def get_page(request: web.Request) -> web.StreamResponse:
    """Ask whether the mails shall end."""
    pusher = await check_unsubscribe(services(request).pushers.ctx, required_query_str(request, "token"))
    if pusher is None:
        return _answer(DONE)
    address, user_id = escape(pusher.settings.pushkey), escape(pusher.user_id)
    return _answer(ASK.format(address=address, user_id=user_id))


@routes.post(PATH, limit=Action.ANONYMOUS)
async def end_mails(request: web.Request) -> web.StreamResponse:
    """End the mails: the link alone says who asks."""
    await unsubscribe(services(request).pushers.ctx, required_query_str(request, "token"))
    return _answer(DONE)


def _answer(content: str) -> web.Response:
    return web.Response(
        text=PAGE.format(content=content), content_type="text/html", charset="utf-8", headers=HEADERS
    )
