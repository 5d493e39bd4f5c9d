"""Where a new device and one that is signed in meet, before the new one may speak for anybody.

A session is a small shared note: each side reads it, and replaces it if it has seen the newest revision. What
is in it is encrypted between the two. Whoever knows the session's id may use it, so the id is a secret.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108 and
https://github.com/matrix-org/matrix-spec-proposals/pull/4388
"""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Final, Literal, TypeAlias

from homeserver.accounts.context import AccountsContext
from homeserver.errors import LimitExceeded, NotFound, TooLarge
from homeserver.storage import rendezvous
from homeserver.storage.rendezvous import Rendezvous

RendezvousProtocol: TypeAlias = Literal["msc4108", "msc4388"]

LIFETIME_MS: Final = 5 * 60 * 1000
MAX_DATA_BYTES: Final = 4096
MAX_SESSIONS: Final = 2_000
MAX_TRANSACTIONS: Final = 200
"""Revisions of one session; a sign-in takes a dozen."""

RETRY_WHEN_FULL_MS: Final = 60_000


class ConcurrentWrite(Exception):
    """The writer has not seen the newest revision, which is `current`."""

    def __init__(self, current: Rendezvous) -> None:
        super().__init__("not the newest revision")
        self.current = current


async def begin_rendezvous(
    ctx: AccountsContext, protocol: RendezvousProtocol, data: bytes
) -> tuple[str, Rendezvous]:
    """Begin a session with some data and return its id.

    Raises: TooLarge; LimitExceeded while there are `MAX_SESSIONS`, since ending somebody's would be worse.
    """
    _check_size(data)
    session_id, now_ms = token_urlsafe(32), ctx.clock.now_ms()
    expires_ts = now_ms + LIFETIME_MS
    async with ctx.db.transaction() as conn:
        if not await rendezvous.insert_rendezvous(
            conn, session_id, protocol, data, now_ms=now_ms, expires_ts=expires_ts, capacity=MAX_SESSIONS
        ):
            raise LimitExceeded(RETRY_WHEN_FULL_MS, "Too many devices are signing in at the moment")
    return session_id, Rendezvous(0, data, now_ms, expires_ts)


async def read_rendezvous(ctx: AccountsContext, protocol: RendezvousProtocol, session_id: str) -> Rendezvous:
    """Return what a session holds.

    Raises: NotFound.
    """
    async with ctx.db.acquire() as conn:
        found = await rendezvous.select_rendezvous(conn, session_id, protocol, ctx.clock.now_ms())
    return _present(found)


async def write_rendezvous(
    ctx: AccountsContext,
    protocol: RendezvousProtocol,
    session_id: str,
    data: bytes,
    *,
    is_seen: Callable[[Rendezvous], bool],
    txn_id: str | None = None,
) -> Rendezvous:
    """Replace what a session holds, if the writer has seen it as it is. A repeated `txn_id` changes nothing.

    Raises: NotFound, TooLarge, ConcurrentWrite; LimitExceeded where a session is written to without end.
    """
    _check_size(data)
    now_ms = ctx.clock.now_ms()
    async with ctx.db.transaction() as conn:
        current = _present(await rendezvous.select_rendezvous(conn, session_id, protocol, now_ms, lock=True))
        if txn_id is not None:
            made = await rendezvous.select_transaction(conn, session_id, txn_id)
            if made is not None:
                return Rendezvous(made, data, current.changed_ts, current.expires_ts)
        if not is_seen(current):
            raise ConcurrentWrite(current)
        if current.revision >= MAX_TRANSACTIONS:
            raise LimitExceeded(current.expires_ts - now_ms, "This session was used too often")
        written = await rendezvous.update_rendezvous(conn, session_id, data, now_ms)
        if txn_id is not None:
            await rendezvous.insert_transaction(conn, session_id, txn_id, written.revision)
    return written


async def end_rendezvous(ctx: AccountsContext, protocol: RendezvousProtocol, session_id: str) -> None:
    """End a session.

    Raises: NotFound.
    """
    async with ctx.db.acquire() as conn:
        if not await rendezvous.delete_rendezvous(conn, session_id, protocol, ctx.clock.now_ms()):
            raise NotFound("There is no such rendezvous, or no longer")


def _present(found: Rendezvous | None) -> Rendezvous:
    if found is None:
        raise NotFound("There is no such rendezvous, or no longer")
    return found


def _check_size(data: bytes) -> None:
    if len(data) > MAX_DATA_BYTES:
        raise TooLarge(f"A rendezvous holds at most {MAX_DATA_BYTES} bytes")
