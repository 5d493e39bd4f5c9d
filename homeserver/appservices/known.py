"""The application services that are configured, and which of them names belong to."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator

from federation.protocol.ids import RoomAlias, UserId
from homeserver.appservices.registration import Registration


class KnownAppservices:
    """All registrations, by what requests show."""

    def __init__(self, registrations: Iterable[Registration] = ()) -> None:
        self._all = tuple(registrations)
        self._by_id = {each.id: each for each in self._all}
        self._by_token = {_digest(each.as_token): each for each in self._all}

    def __iter__(self) -> Iterator[Registration]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def by_id(self, appservice_id: str) -> Registration | None:
        return self._by_id.get(appservice_id)

    def by_token(self, token: str) -> Registration | None:
        """Return whose as_token this is. How long it takes tells nothing of any token."""
        if not self._all:
            return None
        found = self._by_token.get(_digest(token))
        if found is None or not hmac.compare_digest(found.as_token, token):
            return None
        return found

    def owner_of_user(self, user_id: UserId) -> Registration | None:
        """Return the application service that alone may make a user."""
        return next((each for each in self._all if each.owns_user(user_id)), None)

    def owner_of_alias(self, alias: RoomAlias) -> Registration | None:
        """Return the application service that alone may make an alias."""
        return next((each for each in self._all if each.owns_alias(alias)), None)

    def is_reserved(self, user_id: UserId) -> bool:
        """Tell whether nobody but an application service may have a name."""
        return self.owner_of_user(user_id) is not None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
