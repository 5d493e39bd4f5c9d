"""Say what a URL is about.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediapreview_url
"""

import hashlib
import re
from typing import Final

import orjson
import structlog

from homeserver.errors import InvalidParam, NotFound
from homeserver.outgoing.web_client import MAX_URL_CHARS, FetchFailed
from homeserver.previews.context import PreviewsContext
from homeserver.previews.make_preview import make_preview
from homeserver.storage.url_previews import StoredPreview, select_preview, upsert_preview

log = structlog.get_logger(__name__)

FAILURES_KEPT_MS: Final = 5 * 60 * 1000
MAX_LANGUAGES: Final = 3
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")


async def preview_url(ctx: PreviewsContext, url: str, ts_ms: int, accept_language: str | None) -> bytes:
    """Return the preview of a URL as JSON, of the hour of `ts_ms` if that is kept, in a language asked for.

    Raises: InvalidParam for what is no URL; NotFound, without a reason, where there is nothing to show: who
    asks must not learn what can be reached from here.
    """
    if len(url) > MAX_URL_CHARS or not url.lower().startswith(("http://", "https://")):
        raise InvalidParam("url must be an http:// or https:// URL")
    language = languages_of(accept_language)
    key = hashlib.sha256(f"{language}\n{url}".encode("utf-8", "surrogatepass")).digest()
    preview = await _kept(ctx, key, ts_ms)
    if preview is None:
        async with ctx.asking.turn(key):
            preview = await _kept(ctx, key, ts_ms) or await _make(ctx, key, url, language)
    if preview.json is None:
        raise NotFound("There is no preview of this URL")
    return preview.json


def languages_of(header: str | None) -> str:
    """Return the first languages of an Accept-Language header, in the one form that is sent and kept."""
    tags = [part.partition(";")[0].strip() for part in (header or "")[:200].split(",")]
    known = list(dict.fromkeys(tag.lower() for tag in tags if _LANGUAGE.fullmatch(tag)))[:MAX_LANGUAGES]
    weighted = [f"{tag};q={0.9 - 0.1 * place:.1f}" if place else tag for place, tag in enumerate(known)]
    return ", ".join(weighted) or "en"


async def _kept(ctx: PreviewsContext, key: bytes, ts_ms: int) -> StoredPreview | None:
    async with ctx.db.acquire() as conn:
        return await select_preview(conn, key, ts_ms, ctx.clock.now_ms())


async def _make(ctx: PreviewsContext, key: bytes, url: str, language: str) -> StoredPreview:
    kept_ms = int(ctx.settings.previews.cached_for.total_seconds() * 1000)
    made: bytes | None = None
    try:
        async with ctx.making:
            made = orjson.dumps(await make_preview(ctx, url, language))
    except FetchFailed as error:
        log.info("previews.failed", reason=str(error)[:200])
        kept_ms = min(kept_ms, FAILURES_KEPT_MS)
    now_ms = ctx.clock.now_ms()
    preview = StoredPreview(made, now_ms + kept_ms)
    async with ctx.db.acquire() as conn:
        await upsert_preview(conn, key, url, now_ms, preview)
    return preview
