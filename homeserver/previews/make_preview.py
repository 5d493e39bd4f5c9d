"""Fetch what a URL leads to, and say what it is about."""

from typing import Final

from yarl import URL

from homeserver.json_types import JsonObject
from homeserver.outgoing.web_client import Answer, FetchFailed
from homeserver.previews.context import PreviewsContext
from homeserver.previews.extract import Extract
from homeserver.previews.oembed import MAX_BYTES, OEmbed, endpoint_of, parse_oembed
from homeserver.previews.run_program import EXTRACTOR, ProgramFailed, run_program
from homeserver.previews.store_image import fetch_image, store_image

ACCEPT: Final = "text/html,application/xhtml+xml;q=0.9,image/*;q=0.5,*/*;q=0.1"
PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
MAX_DESCRIPTION_CHARS: Final = 500


async def make_preview(ctx: PreviewsContext, url: str, language: str) -> JsonObject:
    """Return the Open Graph properties of what a URL leads to, with pictures as media of this server.

    Raises: FetchFailed where there is nothing that could be shown.
    """
    max_page = ctx.settings.previews.max_page
    checked = ctx.web.check(url)
    endpoint = endpoint_of(checked)
    if endpoint is not None:
        answer = await _ask_oembed(ctx, endpoint, language)
        if answer is not None:
            return await _with_image(ctx, {"og:url": url, **await _described(ctx, answer)}, checked, language)
    async with ctx.web.open(url, accept=ACCEPT, language=language) as page:
        if page.media_type.startswith("image/"):
            return await _picture(ctx, page)
        if page.media_type not in PAGES:
            return _named(page.url)
        raw, charset, final_url = await page.read(max_page, cut=True), page.charset, page.url
    extract = await _extract(ctx, raw, charset)
    properties = properties_of(extract)
    if extract.oembed and not ("og:title" in properties and "og:image" in properties):
        answer = await _ask_oembed(ctx, _joined(final_url, extract.oembed), language)
        properties = {**(answer.properties() if answer is not None else {}), **properties}
    return await _with_image(ctx, properties, final_url, language)


def properties_of(extract: Extract) -> JsonObject:
    """Return what a page says of itself, its own words for machines before those for people."""
    said = extract.properties
    properties: JsonObject = {name: value for name, value in said.items() if name.startswith("og:")}
    fallbacks = {
        "og:title": (said.get("twitter:title"), extract.title, extract.heading),
        "og:description": (
            said.get("twitter:description"),
            extract.description,
            _shortened(extract.text),
        ),
        "og:image": (said.get("twitter:image"), said.get("twitter:image:src"), extract.image),
    }
    for name, values in fallbacks.items():
        value = next(filter(None, values), None)
        if name not in properties and value:
            properties[name] = value
    return properties


async def _picture(ctx: PreviewsContext, answer: Answer) -> JsonObject:
    image = await store_image(ctx, answer)
    if image is None:
        raise FetchFailed("This is not a picture that can be shown")
    return {**image.properties(), **_named(answer.url)}


def _named(url: URL) -> JsonObject:
    """Return the name of a file as the title of its preview."""
    name = " ".join(url.name.split())[:MAX_DESCRIPTION_CHARS]
    return {"og:title": name} if name else {}


async def _with_image(
    ctx: PreviewsContext, properties: JsonObject, page_url: URL, language: str
) -> JsonObject:
    """Put media of this server in the place of the picture: nobody's client is led to another server."""
    source = properties.get("og:image")
    kept = {name: value for name, value in properties.items() if not name.startswith("og:image")}
    if not isinstance(source, str):
        return kept
    image = await fetch_image(ctx, _joined(page_url, source), language)
    return kept if image is None else {**kept, **image.properties()}


async def _ask_oembed(ctx: PreviewsContext, url: str, language: str) -> OEmbed | None:
    try:
        async with ctx.web.open(url, accept="application/json", language=language) as answer:
            return parse_oembed(await answer.read(MAX_BYTES))
    except FetchFailed:
        return None


async def _described(ctx: PreviewsContext, answer: OEmbed) -> JsonObject:
    """Return what an oEmbed answer says; the text of what it would embed is what it is about."""
    properties = answer.properties()
    if answer.html and answer.type == "rich":
        try:
            text = (await _extract(ctx, answer.html.encode(), "utf-8")).text
        except FetchFailed:
            text = ""
        properties |= {"og:description": _shortened(text)} if text else {}
    return properties


async def _extract(ctx: PreviewsContext, page: bytes, charset: str | None) -> Extract:
    try:
        async with ctx.reading:
            return await run_program(EXTRACTOR, {"charset": charset}, page, Extract)
    except ProgramFailed as error:
        raise FetchFailed("The page cannot be read") from error


def _joined(base: URL, reference: str) -> str:
    try:
        return str(base.join(URL(reference)))
    except ValueError:
        return ""


def _shortened(text: str) -> str:
    """Return the beginning of a text, ended at a word."""
    if len(text) <= MAX_DESCRIPTION_CHARS:
        return text
    return text[:MAX_DESCRIPTION_CHARS].rsplit(" ", 1)[0] + "…"
