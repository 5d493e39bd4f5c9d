"""A browser as thin as a test needs: cookies, links, and forms that are sent as the page says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from aiohttp import ClientSession
from multidict import CIMultiDictProxy


@dataclass
class Form:
    """A form of a page: where it goes, and what is in it already."""

    action: str | None = None
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What a browser shows."""

    url: str
    status: int
    text: str
    headers: CIMultiDictProxy[str]
    forms: list[Form] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        """Where the answer leads."""
        return self.headers["Location"]

    @property
    def form(self) -> Form:
        """The main form: of the account's pages, the second one."""
        return self.forms[-1]


class Browser:
    """Somebody's browser. `base_url` is where the server really is, `public_url` where it believes to be."""

    def __init__(self, http: ClientSession, base_url: str, public_url: str) -> None:
        self.http = http
        self._base_url = base_url
        self._public_url = public_url
        self.cookies: dict[str, str] = {}

    @property
    def cookie_header(self) -> str:
        """What the browser says of its cookies."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def open(self, url: str, headers: Mapping[str, str] | None = None) -> Page:
        """Open a page, and follow where it leads on this server."""
        return await self._follow(await self._ask("GET", url, headers=headers))

    async def step(self, url: str) -> Page:
        """Open a page, and stay where it leads elsewhere."""
        return await self._ask("GET", url)

    async def submit(self, page: Page, **entered: str) -> Page:
        """Fill in a page's main form and send it."""
        return await self.submit_form(page, page.form, **entered)

    async def submit_form(self, page: Page, form: Form, **entered: str) -> Page:
        """Fill in one of a page's forms and send it."""
        url = page.url if form.action is None else urljoin(page.url, form.action)
        return await self._follow(await self._ask("POST", url, {**form.fields, **entered}))

    async def post(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Page:
        """Send a form that no page of this server has shown."""
        return await self._ask("POST", url, fields, headers)

    async def _follow(self, page: Page) -> Page:
        for _ in range(10):
            if page.status not in (302, 303):
                break
            url = urljoin(page.url, page.location)
            if not self._is_own(url):
                break
            page = await self._ask("GET", url)
        return page

    def _is_own(self, url: str) -> bool:
        return url.startswith((self._base_url, self._public_url))

    async def _ask(
        self,
        method: str,
        url: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        full = urljoin(self._base_url, url)
        real = full.replace(self._public_url, self._base_url, 1)
        below = urlsplit(self._public_url).path  # a proxy would take it off
        real = real.replace(self._base_url + below, self._base_url, 1)
        sent = {"Cookie": self.cookie_header, **(headers or {})}
        data = None if fields is None else urlencode(fields).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        async with self.http.request(
            method, real, data=data, headers=sent, allow_redirects=False
        ) as response:
            page = Page(real, response.status, await response.text(), response.headers)
        self._take_cookies(page)
        reader = _Reader()
        reader.feed(page.text)
        page.forms, page.links = reader.forms, reader.links
        return page

    def _take_cookies(self, page: Page) -> None:
        for header in page.headers.getall("Set-Cookie", []):
            for name, morsel in SimpleCookie(header).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._link: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(Form(found.get("action")))
        elif tag == "input" and self.forms and found.get("type") != "checkbox":
            name = found.get("name")
            if name is not None:
                self.forms[-1].fields[name] = found.get("value") or ""
        elif tag == "a":
            self._link = found.get("href")

    def handle_data(self, data: str) -> None:
        if self._link is not None and data.strip():
            self.links[data.strip()] = self._link

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = None


def parameters(url: str) -> dict[str, str]:
    """Return the parameters in a URL's query, or else in its fragment."""
    parts = urlsplit(url)
    return dict(parse_qsl(parts.query or parts.fragment))
