"""Refusals on pages that people open in a browser."""

from functools import wraps
from typing import Final

from aiohttp import web

from homeserver.errors import LimitExceeded, MatrixError
from homeserver.http.html_pages import html_page
from homeserver.http.routing import Handler

PACKAGE: Final = "homeserver.client_api"
TITLE: Final = "That did not work"
WAIT: Final = "Too many attempts. Wait a little and try again."


def errors_as_pages(handler: Handler) -> Handler:
    """Have a handler answer refusals with a page instead of JSON."""

    @wraps(handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except MatrixError as error:
            return problem_page(error)

    return handle


def problem_page(error: MatrixError) -> web.Response:
    """Say what is wrong."""
    problem = WAIT if isinstance(error, LimitExceeded) else error.message
    return html_page(PACKAGE, "page_problem", title=TITLE, status=error.status, problem=problem)
