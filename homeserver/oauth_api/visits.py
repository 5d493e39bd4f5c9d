"""A browser on the server's own pages: who is signed in with it, and that a form is really its own.

A form carries a token made from what the browser holds in cookies that neither scripts nor other sites can
read, so that no other site can send it.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Final, TypeAlias
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from homeserver.errors import Forbidden, LimitExceeded, MatrixError
from homeserver.http.browser_cookie import browser_or_new, is_secure, remember_browser
from homeserver.http.context import Services, services
from homeserver.http.forms import read_form
from homeserver.http.html_pages import html_page
from homeserver.http.routing import Handler
from homeserver.oauth.browsers import LIFETIME_MS, find_browser, is_fresh
from homeserver.oauth_api.paths import ACCOUNT, SIGN_IN
from homeserver.storage.browser_sessions import BrowserSession

PACKAGE: Final = "homeserver.oauth_api"
COOKIE: Final = "parlour-account"
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")

OWN_PATH: Final = re.compile(r"/(?!/)[!-\[\]-~]*")
"""A path of this server with its query. A backslash is none: browsers take it for a slash."""

MAX_PATH_LENGTH: Final = 8 * 1024


class SignInNeeded(Exception):
    """Somebody has to sign in first; `proof`: again, since what they want cannot be undone."""

    def __init__(self, *, proof: bool) -> None:
        super().__init__("sign-in needed")
        self.proof = proof


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a browser. `browser` is the secret it holds, `session` who is signed in with it."""

    request: web.Request
    here: Services
    browser: str
    secret: str
    session: BrowserSession | None

    def show(
        self,
        name: str,
        *,
        title: str,
        status: int = 200,
        policy: Mapping[str, str] | None = None,
        **values: object,
    ) -> web.Response:
        """Fill in a page; `policy` is what differs in its security policy."""
        return html_page(
            PACKAGE,
            name,
            title=title,
            status=status,
            script="",
            policy=policy,
            csrf=self.form_token,
            session=self.session,
            server_name=self.here.server_name,
            root=self.root,
            **values,
        )

    def go(self, path: str, **query: str) -> web.Response:
        """Lead the browser to another page of this server."""
        found = f"{path}?{urlencode(query)}" if query else path
        return lead(self.root + found)

    def signed_in(self, *, fresh: bool = False) -> BrowserSession:
        """Return who is signed in.

        Args:
            fresh: whether they must have shown lately to be who they are.

        Raises: SignInNeeded.
        """
        if self.session is None:
            raise SignInNeeded(proof=False)
        if fresh and not is_fresh(self.here.accounts, self.session):
            raise SignInNeeded(proof=True)
        return self.session

    async def form(self) -> Mapping[str, str]:
        """Read the form that was sent.

        Raises: Forbidden where it was not this browser's own; InvalidParam.
        """
        form = await read_form(self.request)
        self.check_form_token(form.get("csrf", ""))
        return form

    def check_form_token(self, token: str) -> None:
        """Refuse a form that was not this browser's own.

        Raises: Forbidden.
        """
        is_foreign = self.request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
        if is_foreign or not hmac.compare_digest(token.encode(), self.form_token.encode()):
            raise Forbidden("This form has grown too old, or cookies are turned off. Go back and try again.")

    @property
    def form_token(self) -> str:
        """What forms of this browser carry."""
        return hmac.new(self.browser.encode(), f"form {self.secret}".encode(), hashlib.sha256).hexdigest()

    @property
    def root(self) -> str:
        """The path under which the server is found, empty where it has a host of its own."""
        return urlsplit(self.here.settings.base_url).path.rstrip("/")

    @property
    def return_to(self) -> str:
        """The path that the browser wants to get to in the end."""
        return own_path(self.request.query.get("return_to", ""))


Page: TypeAlias = Callable[[Visit], Awaitable[web.Response]]


def page(handler: Page) -> Handler:
    """Make a handler of what answers a visit: refusals are pages, and the browser keeps its cookie."""

    @wraps(handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        visit = await open_visit(request)
        try:
            response = await handler(visit)
        except SignInNeeded as needed:
            query = {"return_to": request.path_qs, **({"proof": "1"} if needed.proof else {})}
            response = visit.go(SIGN_IN, **query)
        except MatrixError as error:
            response = _problem(visit, error)
        remember_browser(request, response, visit.browser)
        return response

    return handle


async def open_visit(request: web.Request) -> Visit:
    """Find out who is signed in with the browser that asks."""
    here = services(request)
    secret = request.cookies.get(_cookie_name(request), "")
    session = await find_browser(here.accounts, secret) if SECRET.fullmatch(secret) else None
    return Visit(request, here, browser_or_new(request), secret if session else "", session)


def own_path(text: str) -> str:
    """Return a path of this server; the account's page in place of what could lead elsewhere."""
    return text if len(text) <= MAX_PATH_LENGTH and OWN_PATH.fullmatch(text) else ACCOUNT


def lead(url: str) -> web.Response:
    """Lead a browser to a URL, by GET."""
    return web.Response(
        status=303, headers={"Location": url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


def remember_session(visit: Visit, response: web.Response, secret: str) -> web.Response:
    """Have the browser hold the secret of its session; an empty one ends it."""
    secure = is_secure(visit.request)
    response.set_cookie(
        _cookie_name(visit.request),
        secret,
        max_age=LIFETIME_MS // 1000 if secret else 0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie_name(request: web.Request) -> str:
    return f"__Host-{COOKIE}" if is_secure(request) else COOKIE


def _problem(visit: Visit, error: MatrixError) -> web.Response:
    response = visit.show("problem", title="That did not work", status=error.status, problem=error.message)
    if isinstance(error, LimitExceeded):
        response.headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
    return response
