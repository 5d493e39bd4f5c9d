"""A browser as thin as a test of single sign-on needs: it follows one link at a time, and keeps cookies."""

import re
from dataclasses import dataclass, field, replace
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode

from aiohttp import ClientSession
from yarl import URL

from tests.api.client import ApiClient

PUBLIC_URL = "https://matrix.example.org"
REDIRECT = "/_matrix/client/v3/login/sso/redirect"


@dataclass(frozen=True)
class Page:
    """What a browser got."""

    status: int
    text: str
    location: str
    headers: dict[str, str]

    @property
    def links(self) -> list[str]:
        """Where the page's links lead."""
        return [unescape(href) for href in re.findall(r'<a [^>]*href="([^"]*)"', self.text)]

    @property
    def form_token(self) -> str:
        """What the page's form carries to show that it is the page's."""
        found = re.search(r'name="csrf" value="([^"]*)"', self.text)
        assert found is not None, self.text
        return found[1]


@dataclass
class Browser:
    """Cookies and a base URL; addresses at `PUBLIC_URL` are asked of the server under test."""

    session: ClientSession
    base_url: str
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, client: ApiClient) -> "Browser":
        """Return a browser without cookies, for the server of a client."""
        return cls(client.session, client.base_url)

    def other(self) -> "Browser":
        """Return another browser."""
        return replace(self, cookies={})

    async def open(self, url: str, form: dict[str, str] | None = None) -> Page:
        """Open an address, or send a form to it; a redirect is shown and not followed."""
        is_ours = url.startswith((PUBLIC_URL, "/"))
        target = URL(self.base_url + url.removeprefix(PUBLIC_URL) if is_ours else url, encoded=True)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie} if is_ours and cookie else {}
        method = "GET" if form is None else "POST"
        async with self.session.request(
            method, target, data=form, headers=headers, allow_redirects=False
        ) as response:
            text = await response.text()
            for line in response.headers.getall("Set-Cookie", []):
                for name, morsel in SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
            return Page(response.status, text, response.headers.get("Location", ""), dict(response.headers))

    async def begin(self, redirect_url: str, provider_id: str = "oidc") -> str:
        """Begin a sign-in; return the address at the provider."""
        page = await self.open(f"{REDIRECT}/{quote(provider_id)}?{urlencode({'redirectUrl': redirect_url})}")
        assert page.status == 302, page.text
        return page.location

    async def sign_in(self, redirect_url: str, provider_id: str = "oidc") -> Page:
        """Begin a sign-in and complete it at the provider; return what the server answers to that."""
        at_provider = await self.open(await self.begin(redirect_url, provider_id))
        assert at_provider.status == 302, at_provider.text
        return await self.open(at_provider.location)


def login_token_of(url: str) -> str:
    """Return the login token in an address."""
    return URL(url).query["loginToken"]
