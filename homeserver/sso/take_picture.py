"""The picture that a provider has of a new user becomes the avatar.

Users choose the picture's address at many providers, so it is asked for as warily as any stranger's.
"""

import asyncio
from typing import Final

import structlog

from federation.protocol.ids import UserId
from homeserver.accounts.profile import set_profile_field
from homeserver.errors import MatrixError
from homeserver.media.upload import Upload, upload_media
from homeserver.outgoing.web_client import FetchFailed
from homeserver.sso.context import SsoContext
from homeserver.storage.users import intern_users

log = structlog.get_logger(__name__)

PICTURE_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MAX_PICTURE_BYTES: Final = 2 * 1024 * 1024
PICTURE_WITHIN_S: Final = 3.0
"""The user waits for it, once; without it the account is as good."""


async def take_picture(ctx: SsoContext, user_id: UserId, url: str) -> None:
    """Set the avatar of a new account, or leave it unset where the picture cannot be had."""
    async with ctx.accounts.db.acquire() as conn:
        user_nid = (await intern_users(conn, [user_id]))[user_id]
    try:
        async with asyncio.timeout(PICTURE_WITHIN_S):
            uri = await _copy(ctx, user_nid, url)
        await set_profile_field(ctx.accounts, user_nid, "avatar_url", uri)
    except (FetchFailed, MatrixError, TimeoutError) as error:
        log.info("picture_not_taken", user_id=user_id, reason=str(error) or type(error).__name__)


async def _copy(ctx: SsoContext, user_nid: int, url: str) -> str:
    async with ctx.web.open(url, accept=", ".join(sorted(PICTURE_TYPES)), language="en") as answer:
        if answer.media_type not in PICTURE_TYPES:
            raise FetchFailed(f"{answer.media_type} is no picture")
        chunks = answer.chunks(MAX_PICTURE_BYTES)
        return await upload_media(ctx.media, Upload(user_nid, answer.media_type, None, None, chunks))
