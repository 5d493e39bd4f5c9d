"""Ending mails from a link in one: it works without being logged in, and for that one pusher only.

Spec: https://www.rfc-editor.org/rfc/rfc8058
"""

import hmac
import re
import secrets
from hashlib import sha256
from typing import Final

from homeserver.errors import Forbidden
from homeserver.pushers.context import PushersContext
from homeserver.pushers.delete_pusher import drop_pusher
from homeserver.pushers.pusher import Pusher, PusherKind, pusher_of
from homeserver.pushers.vapid import encode_base64_url
from homeserver.storage.instance import record_once
from homeserver.storage.pushers import select_by_nid

PATH: Final = "/_matrix/client/unstable/parlour/pushers/unsubscribe"
KEY_NAME: Final = "unsubscribe_key"
TOKEN: Final = re.compile(r"([0-9]{1,18})\.([A-Za-z0-9_-]{43})")


async def unsubscribe_url(ctx: PushersContext, pusher: Pusher) -> str:
    """Return the link by which whoever reads a mail ends the pusher that sent it."""
    token = f"{pusher.nid}.{await _signature(ctx, pusher)}"
    return f"{ctx.settings.base_url}{PATH}?token={token}"


async def check_unsubscribe(ctx: PushersContext, token: str) -> Pusher | None:
    """Return the pusher that a link is for; None where it has ended already.

    Raises: Forbidden for a link that this server has not made.
    """
    found = TOKEN.fullmatch(token)
    if found is None:
        raise _not_ours()
    async with ctx.db.acquire() as conn:
        rows = await select_by_nid(conn, [int(found[1])])
    if not rows:
        return None
    pusher = pusher_of(rows[0])
    signature = await _signature(ctx, pusher)
    if pusher.settings.kind is not PusherKind.EMAIL or not hmac.compare_digest(signature, found[2]):
        raise _not_ours()
    return pusher


async def unsubscribe(ctx: PushersContext, token: str) -> None:
    """End the pusher that a link is for. Done twice it changes nothing. Raises Forbidden."""
    pusher = await check_unsubscribe(ctx, token)
    if pusher is not None:
        await drop_pusher(ctx, pusher.user_nid, pusher.nid)


async def _signature(ctx: PushersContext, pusher: Pusher) -> str:
    async with ctx.db.acquire() as conn:
        key = await record_once(conn, KEY_NAME, secrets.token_hex(32))
    signed = f"unsubscribe {pusher.nid} {pusher.settings.pushkey}".encode()
    return encode_base64_url(hmac.digest(bytes.fromhex(key), signed, sha256))


def _not_ours() -> Forbidden:
    return Forbidden("This link is not one that this server has sent")
