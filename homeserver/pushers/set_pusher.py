"""Make a pusher, or change one.

A pusher belongs to the log-in that made it, and ends with it. One of kind email belongs to the account: mail
is for those who are not logged in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3pushersset
"""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import orjson

from homeserver.accounts.requester import Requester
from homeserver.errors import InvalidParam, MatrixError
from homeserver.pushers.check_pusher import MAX_PUSHERS
from homeserver.pushers.context import PushersContext
from homeserver.pushers.pusher import Pusher, PusherKind, PusherSettings, pusher_of
from homeserver.storage import pushers
from homeserver.storage.db import Connection
from homeserver.storage.positions import Stream
from homeserver.storage.pushers import NewPusher

ACK_EXPIRES_MS: Final = 5 * 60_000


@dataclass(frozen=True, slots=True)
class SetPusher:
    """What became of a pusher: whether it waits for its client to activate it."""

    needs_activation: bool


async def set_pusher(
    ctx: PushersContext, requester: Requester, settings: PusherSettings, *, append: bool = False
) -> SetPusher:
    """Store a pusher that was checked. Unless `append`, others lose theirs with the same key.

    Raises: InvalidParam when the user has too many; MatrixError M_THREEPID_NOT_FOUND for another's address.
    """
    now_ms = ctx.clock.now_ms()
    async with ctx.positions.write() as change:
        known = [pusher_of(row) for row in await pushers.select_pushers(change.conn, requester.user_nid)]
        same = next((p for p in known if _is_same(p, settings)), None)
        if same is None and len(known) >= MAX_PUSHERS:
            raise InvalidParam(f"A user has at most {MAX_PUSHERS} pushers")
        if settings.kind is PusherKind.EMAIL:
            await _check_address(change.conn, requester.user_nid, settings.pushkey)
        new = _new_pusher(requester, settings, same, now_ms)
        touched = [requester.user_nid]
        if not append:
            touched += await pushers.delete_of_others(
                change.conn, requester.user_nid, settings.app_id, settings.pushkey
            )
        await pushers.upsert_pusher(change.conn, new, change.position)
        change.touch(Stream.PUSHERS, users=touched)
    ctx.due.ask()
    return SetPusher(not new.activated)


def _is_same(pusher: Pusher, settings: PusherSettings) -> bool:
    return (pusher.settings.app_id, pusher.settings.pushkey) == (settings.app_id, settings.pushkey)


def _new_pusher(
    requester: Requester, settings: PusherSettings, same: Pusher | None, now_ms: int
) -> NewPusher:
    activated = settings.kind is not PusherKind.WEBPUSH or _is_still_activated(same, settings)
    return NewPusher(
        requester.user_nid,
        None if settings.kind is PusherKind.EMAIL else requester.session_nid,
        settings.kind.value,
        settings.app_id,
        settings.pushkey,
        orjson.dumps(settings.described),
        orjson.dumps(settings.data),
        settings.enabled,
        now_ms,
        activated,
        None if activated else str(uuid4()),
        None if activated else now_ms + ACK_EXPIRES_MS,
    )


def _is_still_activated(same: Pusher | None, settings: PusherSettings) -> bool:
    if same is None or same.settings.kind is not settings.kind or not same.activated:
        return False
    return all(same.settings.data.get(name) == settings.data.get(name) for name in ("url", "auth"))


async def _check_address(conn: Connection, user_nid: int, address: str) -> None:
    if not await pushers.owns_address(conn, user_nid, address):
        raise MatrixError("M_THREEPID_NOT_FOUND", 400, "The e-mail address is none of this account's")
