"""What keeps a rendezvous from being used as a web page."""

from aiohttp import web

from homeserver.errors import Forbidden


def refuse_navigation(request: web.Request) -> None:
    """Refuse a browser that would show the answer: anybody may put anything there, in this server's name.

    Raises: Forbidden.
    """
    headers = request.headers
    if (
        headers.get("Sec-Fetch-Mode") == "navigate"
        or headers.get("Sec-Fetch-Dest", "empty") != "empty"
        or "Sec-Fetch-User" in headers
    ):
        raise Forbidden("A rendezvous is not a page to look at")
