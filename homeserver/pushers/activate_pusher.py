"""Use a web pusher once its client has shown that messages arrive.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4174
"""

from hmac import compare_digest

from homeserver.errors import MatrixError, NotFound
from homeserver.pushers.context import PushersContext
from homeserver.pushers.pusher import pusher_of
from homeserver.storage import pushers
from homeserver.storage.positions import Stream


async def activate_pusher(ctx: PushersContext, user_nid: int, app_id: str, ack_token: str) -> None:
    """Activate the pusher of an app that was sent this token.

    Raises: NotFound where the user has no such pusher; MatrixError 400 for an unknown token, 410 for an old
        one.
    """
    async with ctx.positions.write() as change:
        rows = await pushers.select_pushers(change.conn, user_nid)
        of_app = [pusher for pusher in map(pusher_of, rows) if pusher.settings.app_id == app_id]
        if not of_app:
            raise NotFound("There is no pusher of this app")
        waiting = [p for p in of_app if p.ack_token is not None and _is_same(p.ack_token, ack_token)]
        if not waiting:
            raise MatrixError("M_UNKNOWN_ACTIVATION_TOKEN", 400, "No pusher of this app waits for this token")
        if ctx.clock.now_ms() >= (waiting[0].ack_expires_ts or 0):
            raise MatrixError("M_EXPIRED_ACTIVATION_TOKEN", 410, "The token is no longer good")
        await pushers.update_activated(change.conn, waiting[0].nid, change.position)
        change.touch(Stream.PUSHERS, users=[user_nid])


def _is_same(known: str, shown: str) -> bool:
    return compare_digest(known.encode(), shown.encode("utf-8", "surrogatepass"))
