"""Access tokens: signed, checked once per process, then remembered until they expire or are revoked.

A token names user, device and session. It is good while the session's row exists; ending a session is a
commit in the position log, whose follower calls `forget_user` here in every process.
"""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from federation.protocol.ids import ServerName
from homeserver.accounts.requester import Requester
from homeserver.accounts.token_keys import TokenKeys
from homeserver.clock import Clock
from homeserver.errors import UnknownToken, UserLocked
from homeserver.storage import sessions
from homeserver.storage.db import Database
from homeserver.storage.sessions import Session

if TYPE_CHECKING:
    from homeserver.accounts.token_signer import TokenSigner

MAX_TOKEN_LENGTH: Final = 2048
MAX_REMEMBERED: Final = 20_000
REMEMBER_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. `expires_ms` is None for tokens that last until the session ends."""

    session_nid: int
    generation: int
    expires_ms: int | None


@dataclass(slots=True)
class CheckedToken:
    """A token that was found good. `until` and `note_due` are on the monotonic clock, in seconds."""

    requester: Requester
    until: float
    note_due: float = 0.0


class AccessTokens:
    """Makes and checks tokens, and remembers at most `MAX_REMEMBERED` checked ones."""

    def __init__(
        self, keys: TokenKeys, server_name: ServerName, clock: Clock, db: Database, lifetime: timedelta
    ) -> None:
        self._keys = keys
        self._server_name = server_name
        self._signer_in_use: TokenSigner | None = None
        self._clock = clock
        self._db = db
        self._checked: OrderedDict[str, CheckedToken] = OrderedDict()
        self._tokens_of: defaultdict[int, set[str]] = defaultdict(set)
        self._forgotten = 0
        self.lifetime_ms = lifetime // timedelta(milliseconds=1)

    def issue(self, session: Session, *, expires: bool, until_ms: int | None = None) -> str:
        """Sign a token for the newest generation of a session; it may end at a time of its own."""
        now_ms = self._clock.now_ms()
        claims: dict[str, str | int] = {
            "sub": session.user_id,
            "device": session.device_id,
            "session": session.session_nid,
            "generation": session.generation if session.offered is None else session.offered,
            "iat": now_ms // 1000,
        }
        if until_ms is not None:
            claims["exp_ms"] = until_ms
        elif expires:
            claims["exp_ms"] = now_ms + self.lifetime_ms
        return self._signer.sign(claims)

    def remembered(self, token: str, now: float) -> CheckedToken | None:
        """Return what a token stands for, where it was checked lately; `now` is the monotonic clock's."""
        checked = self._checked.get(token)
        return checked if checked is not None and checked.until > now else None

    async def authenticate(self, token: str, *, locked: bool = False) -> CheckedToken:
        """Check a token's signature and its session.

        Args:
            locked: whether a locked account will do; such a token is not remembered.

        Raises: UnknownToken, with `soft_logout` where the device can log in again and keep its keys;
        UserLocked.
        """
        claims = self._read(token)
        forgotten = self._forgotten
        async with self._db.acquire() as conn:
            session = await sessions.select_session(conn, claims.session_nid)
            if session is None:
                raise UnknownToken()
            if claims.generation == session.offered:
                await sessions.take_up(conn, session.session_nid, claims.generation)
        now_ms = self._clock.now_ms()
        if claims.expires_ms is not None and claims.expires_ms <= now_ms:
            raise UnknownToken("The access token has expired", soft_logout=True)
        if session.is_locked and not locked:
            raise UserLocked(soft_logout=True)
        checked = CheckedToken(requester_of(session), self._deadline(claims, now_ms))
        # What was revoked while we asked must not be remembered as good.
        if forgotten == self._forgotten and not session.is_locked:
            self._remember(token, checked)
        return checked

    def forget_user(self, user_nid: int) -> None:
        """Have all tokens of a user checked again at their next use."""
        self._forgotten += 1
        for token in self._tokens_of.pop(user_nid, ()):
            self._checked.pop(token, None)

    def forget_all(self) -> None:
        """Have every token checked again at its next use."""
        self._forgotten += 1
        self._checked.clear()
        self._tokens_of.clear()

    def __len__(self) -> int:
        return len(self._checked)

    def _read(self, token: str) -> Claims:
        if len(token) > MAX_TOKEN_LENGTH:
            raise UnknownToken()
        claims = self._signer.read(token)
        try:
            return Claims(int(claims["session"]), int(claims["generation"]), claims.get("exp_ms"))
        except (ValueError, TypeError) as error:
            raise UnknownToken() from error

    @property
    def _signer(self) -> "TokenSigner":
        if self._signer_in_use is None:
            from homeserver.accounts.token_signer import TokenSigner

            self._signer_in_use = TokenSigner(self._keys, self._server_name)
        return self._signer_in_use

    def _deadline(self, claims: Claims, now_ms: int) -> float:
        left_s = REMEMBER_S if claims.expires_ms is None else (claims.expires_ms - now_ms) / 1000
        return self._clock.monotonic() + min(REMEMBER_S, left_s)

    def _remember(self, token: str, checked: CheckedToken) -> None:
        self._checked[token] = checked
        self._checked.move_to_end(token)
        self._tokens_of[checked.requester.user_nid].add(token)
        if len(self._checked) > MAX_REMEMBERED:
            oldest, forgotten = self._checked.popitem(last=False)
            of_user = self._tokens_of[forgotten.requester.user_nid]
            of_user.discard(oldest)
            if not of_user:
                del self._tokens_of[forgotten.requester.user_nid]


def requester_of(session: Session) -> Requester:
    """Return who acts through a session."""
    return Requester(
        user_id=session.user_id,
        user_nid=session.user_nid,
        device_id=session.device_id,
        device_nid=session.device_nid,
        session_nid=session.session_nid,
        is_guest=session.is_guest,
        is_admin=session.is_admin,
        is_suspended=session.is_suspended,
        is_oauth=session.is_oauth,
        is_unlimited=session.own_rate == 0,
        is_shadow_banned=session.is_shadow_banned,
        own_rate=_own_rate(session),
    )


def _own_rate(session: Session) -> tuple[float, int] | None:
    if session.own_rate is None or session.own_burst is None:
        return None
    return session.own_rate, session.own_burst
