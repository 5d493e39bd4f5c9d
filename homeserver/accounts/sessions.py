"""Beginning a session: the common end of registering and logging in."""

import hashlib
from dataclasses import dataclass
from secrets import choice, token_urlsafe
from string import ascii_uppercase
from typing import Final

from federation.protocol.ids import UserId
from homeserver.accounts.context import AccountsContext
from homeserver.e2ee.announce import announce_devices
from homeserver.errors import InvalidParam, UserDeactivated
from homeserver.storage import cross_signing, devices, sessions
from homeserver.storage.positions import Change, Stream
from homeserver.storage.sessions import Session

MAX_DEVICE_ID_LENGTH: Final = 255
MAX_DISPLAY_NAME_LENGTH: Final = 255


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """What a client says of its device. `refresh`: it can renew its access token."""

    device_id: str | None = None
    display_name: str | None = None
    refresh: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Login:
    """What a client gets. The last two are None where the access token does not expire."""

    user_id: UserId
    device_id: str
    access_token: str
    refresh_token: str | None
    expires_in_ms: int | None


@dataclass(frozen=True, slots=True, repr=False)
class BegunSession:
    """A session whose transaction is still open; `login_of` makes its tokens after the commit."""

    session: Session
    refresh_token: str | None
    replaced_another: bool


async def begin_session(
    ctx: AccountsContext, change: Change, user_nid: int, user_id: UserId, request: DeviceRequest
) -> BegunSession:
    """Log a device in, inside a transaction: make it where it is new, end its older sessions where it is not.

    Raises: InvalidParam for an impossible device id; UserDeactivated when that has just happened.
    """
    device_id = request.device_id or new_device_id()
    check_device_id(device_id)
    now_ms = ctx.clock.now_ms()
    known = await devices.select_device(change.conn, user_nid, device_id)
    if known is None:
        if await cross_signing.is_public_key(change.conn, user_nid, device_id):
            raise InvalidParam("The device id is one of the user's cross-signing keys")
        name = (request.display_name or "")[:MAX_DISPLAY_NAME_LENGTH] or None
        device_nid = await devices.insert_device(change.conn, user_nid, device_id, name, now_ms)
        await announce_devices(change, user_nid, [device_id])
        ended = []
    else:
        device_nid = known.device_nid
        ended = await sessions.delete_device_sessions(change.conn, device_nid)
    if ended:
        change.touch(Stream.SESSIONS, users=[user_nid])
    session_nid = await sessions.insert_session(change.conn, user_nid, device_nid, now_ms)
    refresh_token = token_urlsafe(32) if request.refresh else None
    if refresh_token is not None:
        await sessions.insert_refresh_token(change.conn, hash_token(refresh_token), session_nid, 0)
    session = await sessions.select_session(change.conn, session_nid)
    if session is None:
        raise UserDeactivated()
    return BegunSession(session, refresh_token, bool(ended))


def login_of(ctx: AccountsContext, begun: BegunSession) -> Login:
    """Make the access token of a session whose transaction is committed."""
    session = begun.session
    if begun.replaced_another:
        ctx.tokens.forget_user(session.user_nid)
    expires = begun.refresh_token is not None
    return Login(
        user_id=session.user_id,
        device_id=session.device_id,
        access_token=ctx.tokens.issue(session, expires=expires),
        refresh_token=begun.refresh_token,
        expires_in_ms=ctx.tokens.lifetime_ms if expires else None,
    )


def new_device_id() -> str:
    """Return a device id of ten letters."""
    return "".join(choice(ascii_uppercase) for _ in range(10))


def check_device_id(device_id: str) -> None:
    """Refuse device ids that are too long.

    Raises: InvalidParam.
    """
    if len(device_id) > MAX_DEVICE_ID_LENGTH:
        raise InvalidParam(f"A device id may have at most {MAX_DEVICE_ID_LENGTH} characters")


def hash_token(token: str) -> bytes:
    """Return what is stored of a random token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
