"""The account's picture: shown, replaced, taken away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from aiohttp import BodyPartReader, web

from homeserver.accounts.profile import delete_profile_field, get_profile, set_profile_field
from homeserver.client_api.media_files import ServedFile, send_file
from homeserver.errors import InvalidParam, MatrixError, NotFound, UserSuspended
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.media.find import MediaRequest
from homeserver.media.thumbnail import ThumbnailRequest, get_thumbnail
from homeserver.media.thumbnail_variants import Method
from homeserver.media.upload import Upload, upload_media
from homeserver.oauth_api.paths import AVATAR, PROFILE
from homeserver.oauth_api.visits import Visit, open_visit, page
from homeserver.storage.browser_sessions import BrowserSession

routes = Routes(cors=False)

SIDE_PX: Final = 96
FETCH_TIMEOUT_MS: Final = 10_000
UPLOAD_TIMEOUT_S: Final = 120.0
CHUNK_BYTES: Final = 64 * 1024
MAX_TOKEN_BYTES: Final = 256
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
NO_PICTURE: Final = "Choose a picture: a PNG, JPEG, GIF or WebP file."


@routes.get(AVATAR, limit=Action.ANONYMOUS, waits=True)
async def show_avatar(request: web.Request) -> web.StreamResponse:
    """GET: the picture of whoever is signed in, small."""
    visit = await open_visit(request)
    uri = None if visit.session is None else await avatar_uri(visit, visit.session)
    if uri is None:
        raise NotFound("There is no picture")
    origin, _, media_id = uri.removeprefix("mxc://").partition("/")
    media = visit.here.media
    wanted = ThumbnailRequest(
        MediaRequest(origin, media_id, FETCH_TIMEOUT_MS), SIDE_PX, SIDE_PX, Method.CROP, animated=False
    )
    found = await get_thumbnail(media, wanted)
    return await send_file(request, media.blobs, ServedFile(found.blob, found.content_type, None))


@routes.post(AVATAR, limit=Action.ANONYMOUS, waits=True)
@page
async def replace_avatar(visit: Visit) -> web.Response:
    """POST: another picture, in a form with a file; or none, in a plain form."""
    browser = visit.signed_in()
    if browser.is_suspended:
        raise UserSuspended()
    limits = visit.here.rate_limits
    if visit.request.content_type != "multipart/form-data":
        await visit.form()
        limits.check_user(Action.PROFILE, browser.user_nid)
        await delete_profile_field(visit.here.accounts, browser.user_nid, "avatar_url")
        return visit.go(PROFILE, saved="1")
    limits.check_user(Action.UPLOAD, browser.user_nid)
    limits.check_user(Action.PROFILE, browser.user_nid)
    try:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            uri = await _take_in(visit, browser)
    except TimeoutError:
        raise MatrixError("M_UNKNOWN", 408, "The picture took too long to arrive") from None
    await set_profile_field(visit.here.accounts, browser.user_nid, "avatar_url", uri)
    return visit.go(PROFILE, saved="1")


async def avatar_uri(visit: Visit, browser: BrowserSession) -> str | None:
    """Return the address of somebody's picture."""
    raw = (await get_profile(visit.here.accounts, browser.user_id)).get("avatar_url")
    uri: str | None = None if raw is None else orjson.loads(raw)
    return uri


async def _take_in(visit: Visit, browser: BrowserSession) -> str:
    """Store the file of the form, once its token, which comes first, has shown to be good."""
    try:
        reader = await visit.request.multipart()
        token = await reader.next()
        if not isinstance(token, BodyPartReader) or token.name != "csrf":
            raise InvalidParam(NO_PICTURE)
        visit.check_form_token((await token.read_chunk(MAX_TOKEN_BYTES)).decode("utf-8", "replace"))
        await token.release()
        part = await reader.next()
    except ValueError as error:
        raise InvalidParam(NO_PICTURE) from error
    content_type = part.headers.get("Content-Type", "") if isinstance(part, BodyPartReader) else ""
    if not isinstance(part, BodyPartReader) or content_type not in PICTURES:
        raise InvalidParam(NO_PICTURE)
    return await upload_media(
        visit.here.media, Upload(browser.user_nid, content_type, None, None, _chunks(part))
    )


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK_BYTES):
        yield bytes(chunk)
