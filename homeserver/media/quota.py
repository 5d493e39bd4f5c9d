"""How much one user may upload.

Spec: https://spec.matrix.org/v1.19/client-server-api/#content-repo-security-considerations
"""

from homeserver.errors import Forbidden
from homeserver.media.context import MediaContext
from homeserver.media.limits import DAY_MS
from homeserver.storage.db import Connection
from homeserver.storage.media import UploadUsage, select_upload_usage

EVER = -1


async def check_quota(ctx: MediaContext, conn: Connection, user_nid: int, size_bytes: int) -> None:
    """Refuse an upload of `size_bytes` that would take its user above a quota.

    Raises: Forbidden.
    """
    limits = ctx.limits
    since_ms = ctx.clock.now_ms() - DAY_MS
    day = await select_upload_usage(conn, user_nid, since_ms)
    if day.files >= limits.max_user_files_per_day:
        raise Forbidden("You have uploaded too many files today")
    _check_bytes(day, size_bytes, limits.max_user_bytes_per_day)
    if limits.max_user_bytes is not None:
        total = await select_upload_usage(conn, user_nid, EVER)
        _check_bytes(total, size_bytes, limits.max_user_bytes)


def _check_bytes(usage: UploadUsage, size_bytes: int, max_bytes: int) -> None:
    if usage.size_bytes + size_bytes > max_bytes:
        raise Forbidden("You have reached your quota of uploaded content")
