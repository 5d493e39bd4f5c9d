"""Reading what others serve: what is refused, and where reading ends."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from aiohttp import web

from homeserver.outgoing import web_client
from homeserver.outgoing.address_policy import AddressPolicy
from homeserver.outgoing.web_client import FetchFailed, WebClient
from tests.support.web_site import WebSite, web_site

LOOPBACK = (ip_network("127.0.0.1/32"),)


@pytest.fixture
async def site() -> AsyncIterator[WebSite]:
    async with web_site() as site:
        yield site


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    client = WebClient(AddressPolicy(LOOPBACK), "Agent/1", ["denied.example"])
    yield client
    await client.close()


async def fetch(client: WebClient, url: str, max_bytes: int = 1_000, *, cut: bool = False) -> bytes:
    async with client.open(url, accept="text/html", language="de") as answer:
        return await answer.read(max_bytes, cut=cut)


async def test_a_page_is_read_and_told_who_asks(site: WebSite, client: WebClient) -> None:
    url = site.html("/page", "hello")
    async with client.open(url + "#part", accept="text/html", language="de") as answer:
        assert (answer.media_type, answer.charset, str(answer.url)) == ("text/html", "utf-8", url)
        assert await answer.read(1_000) == b"hello"
    [asked] = site.asked
    assert asked.headers["User-Agent"] == "Agent/1"
    assert asked.headers["Accept-Language"] == "de"
    assert not {"Cookie", "Referer", "Authorization"} & set(asked.headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::a00:1]/",
        "http://[2002:a00:1::]/",
        "http://[2001:0:a00:1::]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://127.0.0.2/",
        "http://2130706434/",
        "http://0x7f000002/",
        "http://127.2/",
        "http://localhost.localdomain:1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://user:password@127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://127.0.0.1:6667/",
        "http://denied.example/",
        "http://a.Denied.Example./",
        "http:///",
        "http://[",
        "x",
    ],
)
async def test_what_must_not_be_asked_is_not_asked(client: WebClient, url: str) -> None:
    """CVE-2021-21273, CVE-2021-21392: nothing inside, in whatever form it is written."""
    with pytest.raises(FetchFailed):
        await fetch(client, url)


async def test_a_name_is_judged_by_the_address_that_is_connected_to(site: WebSite) -> None:
    """A name is no way around the list of addresses, however often its meaning changes."""
    url = site.html("/", "inside").replace("127.0.0.1", "localhost")
    client = WebClient(AddressPolicy(), "Agent/1")
    with pytest.raises(FetchFailed):
        await fetch(client, url)
    await client.close()
    assert site.asked == []


async def test_every_redirect_is_judged_like_the_first_url(site: WebSite, client: WebClient) -> None:
    """CVE-2023-32683: what is denied is denied wherever it is named."""
    async with web_site("127.0.0.2") as inside:
        inside.html("/", "inside")
        for location in (inside.url, "http://denied.example/", "file:///etc/passwd", "http://127.0.0.1:25/"):
            with pytest.raises(FetchFailed):
                await fetch(client, site.redirect("/away", location))
        assert inside.asked == []
    site.html("/there", "there")
    assert await fetch(client, site.redirect("/away", "/there")) == b"there"
    with pytest.raises(FetchFailed):
        await fetch(client, site.redirect("/round", "/round"))
    assert site.paths.count("/round") == web_client.MAX_REDIRECTS + 1


async def test_a_denied_address_is_denied_even_where_it_is_allowed_too(site: WebSite) -> None:
    client = WebClient(AddressPolicy(LOOPBACK, [ip_network("127.0.0.0/8")]), "Agent/1")
    with pytest.raises(FetchFailed):
        await fetch(client, site.html("/", "inside"))
    await client.close()


async def test_an_endless_body_is_read_to_the_limit(site: WebSite, client: WebClient) -> None:
    """CVE-2022-41952."""
    ended = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 1_000)
        except ConnectionError:
            ended.set()
            raise
        return response

    site.pages["/endless"] = endless
    assert await fetch(client, site.url + "/endless", 5_500, cut=True) == b"x" * 5_500
    await ended.wait()
    with pytest.raises(FetchFailed):
        await fetch(client, site.url + "/endless", 5_500)


async def test_a_packed_body_is_unpacked_to_the_limit(site: WebSite, client: WebClient) -> None:
    """CWE-409: what is small on the way may be huge when it is unpacked."""
    bomb = b"\0" * 10_000_000
    for encoding, packed in (("gzip", gzip.compress(bomb)), ("deflate", zlib.compress(bomb))):
        site.pages["/bomb"] = web.Response(body=packed, headers={"Content-Encoding": encoding})
        assert len(await fetch(client, site.url + "/bomb", 2_000, cut=True)) == 2_000
        with pytest.raises(FetchFailed):
            await fetch(client, site.url + "/bomb", 2_000)
    for encoding, body in (("gzip", b"no gzip"), ("br", b"x")):
        site.pages["/odd"] = web.Response(body=body, headers={"Content-Encoding": encoding})
        with pytest.raises(FetchFailed):
            await fetch(client, site.url + "/odd")


async def test_a_body_that_does_not_come_in_time_is_left(
    site: WebSite, client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        begun.set()
        try:
            while True:
                await response.write(b"x")
                await asyncio.sleep(0.01)
        except ConnectionError:
            left.set()
            raise
        return response

    site.pages["/slow"] = slow
    monkeypatch.setattr(web_client, "ANSWER_WITHIN_S", 0.5)
    with pytest.raises(FetchFailed):
        await fetch(client, site.url + "/slow", 1_000_000)
    if begun.is_set():  # on a busy machine the time may be over before the request arrives
        await left.wait()


async def test_an_error_is_no_answer(site: WebSite, client: WebClient) -> None:
    site.pages["/gone"] = web.Response(status=410)
    site.pages["/nowhere"] = web.Response(status=302)
    for path in ("/gone", "/nowhere", "/none"):
        with pytest.raises(FetchFailed):
            await fetch(client, site.url + path)
