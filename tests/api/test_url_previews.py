"""Previews of linked pages, from a web site of the tests' own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.media.janitor import collect_garbage
from homeserver.previews.context import forget_expired
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock
from tests.support.pictures import png
from tests.support.web_site import WebSite, web_site

PATH = "/_matrix/client/v1/media/preview_url"
HOUR_MS = 3_600_000


@pytest.fixture
def overrides() -> JsonObject:
    return {
        "previews": {
            "enabled": True,
            "allow_addresses": ["127.0.0.1"],
            "max_page": 100_000,
            "max_image": 50_000,
        }
    }


@pytest.fixture
async def site() -> AsyncIterator[WebSite]:
    async with web_site() as site:
        yield site


async def preview(client: ApiClient, url: str, **params: int) -> Reply:
    return await client.get(PATH, url=url, **params)


def picture(width: int = 30, height: int = 20) -> web.Response:
    return web.Response(body=png(width, height), content_type="image/png")


async def test_a_preview_says_what_the_page_says_with_the_picture_as_media(
    alice: ApiClient, site: WebSite
) -> None:
    site.pages["/pictures/a.png"] = picture()
    url = site.html(
        "/pictures/page",
        '<title>No</title><meta property="og:title" content="Yes"><meta property="og:image" content="a.png">'
        '<meta property="og:image:secure_url" content="https://tracker.example/a.png">'
        '<meta name="description" content="About it">',
    )
    found = (await preview(alice, url)).ok()
    uri = found.pop("og:image")
    assert found == {
        "og:title": "Yes",
        "og:description": "About it",
        "og:image:type": "image/png",
        "og:image:width": 30,
        "og:image:height": 20,
        "matrix:image:size": len(png(30, 20)),
    }
    media = await alice.get("/_matrix/client/v1/media/download/" + uri.removeprefix("mxc://"))
    assert media.body == png(30, 20)
    assert site.asked[0].headers["User-Agent"].startswith("Parlour/")
    old = (await alice.get("/_matrix/media/v3/preview_url", url=url)).ok()
    assert old["og:title"] == "Yes"


async def test_a_page_is_fetched_once_while_its_preview_is_kept(
    alice: ApiClient, bob: ApiClient, site: WebSite, clock: FakeClock
) -> None:
    url = site.html("/", "<title>First</title>")
    replies = await asyncio.gather(*(preview(client, url) for client in (alice, bob, alice)))
    assert [reply.ok()["og:title"] for reply in replies] == ["First"] * 3
    assert len(site.asked) == 1
    first_ms = clock.now_ms()
    (await alice.request("GET", PATH, params={"url": url}, headers={"Accept-Language": "de-DE,xx;q=1"})).ok()
    assert site.asked[-1].headers["Accept-Language"] == "de-de, xx;q=0.8"
    clock.advance(HOUR_MS - 1_000)
    site.html("/", "<title>Second</title>")
    assert (await preview(alice, url)).ok()["og:title"] == "First"
    clock.advance(2_000)
    assert (await preview(alice, url, ts=first_ms)).ok()["og:title"] == "Second"
    assert len(site.asked) == 3


async def test_a_failure_is_kept_for_a_short_time(alice: ApiClient, site: WebSite, clock: FakeClock) -> None:
    url = site.url + "/late"
    assert [(await preview(alice, url)).errcode for _ in range(2)] == ["M_NOT_FOUND"] * 2
    assert len(site.asked) == 1
    site.html("/late", "<title>Late</title>")
    clock.advance(6 * 60_000)
    assert (await preview(alice, url)).ok() == {"og:title": "Late"}


async def test_pages_pictures_and_oembed_lead_nowhere_inside(alice: ApiClient, site: WebSite) -> None:
    """CVE-2023-32683: pictures and oEmbed addresses are judged like the page itself."""
    async with web_site("127.0.0.2") as inside:
        inside.pages["/a.png"] = picture()
        inside.pages["/oembed"] = web.json_response({"title": "inside", "type": "link"})
        url = site.html(
            "/",
            '<meta property="og:description" content="d">'
            f'<meta property="og:image" content="{inside.url}/a.png">'
            f'<link rel="alternate" type="application/json+oembed" href="{inside.url}/oembed">',
        )
        assert (await preview(alice, url)).ok() == {"og:description": "d"}
        refused = [await preview(alice, inside.url), await preview(alice, site.redirect("/in", inside.url))]
        nothing = await preview(alice, site.url + "/nothing")
        assert {reply.body for reply in refused} == {nothing.body}  # nobody learns what there is
        assert inside.asked == []


async def test_oembed_fills_in_what_a_page_does_not_say(alice: ApiClient, site: WebSite) -> None:
    site.pages["/thumb.png"] = picture(10, 10)
    site.pages["/oembed"] = web.json_response(
        {"version": "1.0", "type": "video", "title": "A film", "thumbnail_url": f"{site.url}/thumb.png"}
    )
    link = '<link rel="alternate" type="application/json+oembed" href="/oembed?format=json">'
    found = (await preview(alice, site.html("/film", f"<title>t</title>{link}"))).ok()
    assert (found["og:title"], found["og:image:width"]) == ("t", 10)
    for body in (b"[" * 100_000, b"{}", b'{"title": 1}', b"no", b'{"title":"' + b"x" * 300_000 + b'"}'):
        site.pages["/oembed"] = web.Response(body=body, content_type="application/json")
        page = site.html(f"/film{len(body)}", link + "<p>text</p>")
        assert (await preview(alice, page)).ok() == {"og:description": "text"}


async def test_what_is_no_page_and_no_picture_has_little_to_say(alice: ApiClient, site: WebSite) -> None:
    """CVE-2024-53863: only what thumbnails are made of is taken for a picture."""
    site.pages["/cat.png"] = picture()
    site.pages["/notes.pdf"] = web.Response(body=b"%PDF", content_type="application/pdf")
    site.pages["/fake.png"] = web.Response(body=b"<svg onload=alert(1)>", content_type="image/svg+xml")
    site.pages["/torn.png"] = web.Response(body=png(30, 20)[:20], content_type="image/png")
    site.pages["/huge.png"] = web.Response(body=png(30, 20) + b"\0" * 60_000, content_type="image/png")
    direct = (await preview(alice, site.url + "/cat.png")).ok()
    assert (direct["og:title"], direct["og:image:height"]) == ("cat.png", 20)
    assert (await preview(alice, site.url + "/notes.pdf")).ok() == {"og:title": "notes.pdf"}
    for path in ("/fake.png", "/torn.png", "/huge.png"):
        assert (await preview(alice, site.url + path)).errcode == "M_NOT_FOUND"
        page = site.html(f"/with{path}", f'<title>t</title><meta property="og:image" content="{path}">')
        assert (await preview(alice, page)).ok() == {"og:title": "t"}


async def test_pictures_of_previews_go_after_a_while(
    alice: ApiClient, site: WebSite, clock: FakeClock, services: Services
) -> None:
    site.pages["/cat.png"] = picture()
    uri = (await preview(alice, site.url + "/cat.png")).ok()["og:image"]
    download = "/_matrix/client/v1/media/download/" + uri.removeprefix("mxc://")
    clock.advance(2 * 24 * HOUR_MS)
    await forget_expired(services.previews)
    assert (await alice.get(download)).status == 200
    clock.advance(2 * 24 * HOUR_MS)
    await forget_expired(services.previews)
    assert (await alice.get(download)).errcode == "M_NOT_FOUND"
    assert (await collect_garbage(services.media)).deleted == 1


async def test_what_is_no_web_address_is_refused(alice: ApiClient, client: ApiClient, site: WebSite) -> None:
    for url in ("", "x", "ftp://example.org/", "javascript:alert(1)", "http://" + "x" * 3_000):
        assert (await preview(alice, url)).errcode == "M_INVALID_PARAM"
    assert (await alice.get(PATH)).errcode == "M_MISSING_PARAM"
    assert (await preview(alice, site.url, ts=-1)).errcode == "M_INVALID_PARAM"
    assert (await preview(client, site.url)).errcode == "M_MISSING_TOKEN"
    assert site.asked == []


@pytest.mark.parametrize("overrides", [{}])
async def test_previews_are_off_unless_they_are_turned_on(alice: ApiClient, site: WebSite) -> None:
    assert (await preview(alice, site.html("/", "x"))).errcode == "M_UNRECOGNIZED"
    assert site.asked == []
