"""Application services acting as users: by their as_token, and the user and device that a request names.

Spec: https://spec.matrix.org/v1.19/application-service-api/#identity-assertion
"""

from collections import defaultdict
from typing import Final, TypeAlias

from federation.protocol.ids import InvalidIdentifier, UserId, parse_user_id
from homeserver.accounts.access_tokens import REMEMBER_S, CheckedToken
from homeserver.accounts.requester import Requester
from homeserver.appservices.registration import Registration
from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.errors import Forbidden, InvalidParam, MatrixError, UserLocked
from homeserver.storage.accounts import Account, select_account
from homeserver.storage.db import Database
from homeserver.storage.devices import select_device
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_REMEMBERED: Final = 20_000

Asked: TypeAlias = tuple[str, str | None, str | None]
"""Application service, user and device, as requests name them."""


class Masquerades:
    """Who application services act as, remembered until something of the user changes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._checked: LruCache[Asked, CheckedToken] = LruCache(MAX_REMEMBERED)
        self._asked_of: defaultdict[int, set[Asked]] = defaultdict(set)
        self._forgotten = 0

    async def act_as(
        self,
        registration: Registration,
        user_id: str | None = None,
        device_id: str | None = None,
        *,
        locked: bool = False,
    ) -> CheckedToken:
        """Return whom an application service acts as: its own user where it names nobody.

        Args:
            locked: whether a locked account will do; such a one is not remembered.

        Raises: Forbidden for users it does not cover or has not made; MatrixError 400 M_UNKNOWN_DEVICE;
        InvalidParam; UserLocked.
        """
        asked = registration.id, user_id, device_id
        checked = self._checked.get(asked)
        if checked is not None and checked.until > self._clock.monotonic():
            return checked
        named = registration.sender if user_id is None else _parse(user_id)
        if not registration.covers_user(named):
            raise Forbidden("The application service may not act as this user")
        forgotten = self._forgotten
        account, device_nid = await self._load(named, device_id)
        if account.is_locked and not locked:
            raise UserLocked(soft_logout=True)
        requester = _requester(registration, account, device_id, device_nid)
        checked = CheckedToken(requester, self._clock.monotonic() + REMEMBER_S)
        # What changed while we asked must not be remembered as it was.
        if forgotten == self._forgotten and not account.is_locked:
            self._remember(asked, checked)
        return checked

    def apply(self, batch: Batch) -> None:
        """Forget users whose account or devices changed."""
        if batch.entry.kinds & Stream.SESSIONS:
            self._forgotten += 1
            for user_nid in batch.entry.users:
                for asked in self._asked_of.pop(user_nid, ()):
                    self._checked.pop(asked)

    def clear(self) -> None:
        self._forgotten += 1
        self._checked.clear()
        self._asked_of.clear()

    async def _load(self, user_id: UserId, device_id: str | None) -> tuple[Account, int | None]:
        async with self._db.acquire() as conn:
            account = await select_account(conn, user_id)
            if account is None or account.deactivated_ts is not None:
                raise Forbidden("The application service has not registered this user")
            if device_id is None:
                return account, None
            device = await select_device(conn, account.user_nid, device_id)
        if device is None:
            raise MatrixError("M_UNKNOWN_DEVICE", 400, "The user has no such device")
        return account, device.device_nid

    def _remember(self, asked: Asked, checked: CheckedToken) -> None:
        if len(self._asked_of) >= MAX_REMEMBERED:
            self.clear()
        self._checked.put(asked, checked)
        self._asked_of[checked.requester.user_nid].add(asked)


def _parse(user_id: str) -> UserId:
    try:
        return parse_user_id(user_id)
    except InvalidIdentifier as error:
        raise InvalidParam(f"user_id: {error}") from error


def _requester(
    registration: Registration, account: Account, device_id: str | None, device_nid: int | None
) -> Requester:
    return Requester(
        user_id=account.user_id,
        user_nid=account.user_nid,
        device_id=device_id,
        device_nid=device_nid,
        session_nid=None,
        is_admin=account.is_admin,
        is_suspended=account.is_suspended,
        appservice_id=registration.id,
        is_unlimited=not registration.rate_limited or account.user_id == registration.sender,
    )
