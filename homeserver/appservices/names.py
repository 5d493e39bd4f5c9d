"""Users and aliases that are not there yet: who answers for them is asked, and makes them meanwhile.

Spec: https://spec.matrix.org/v1.19/application-service-api/#querying
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

import structlog

from federation.protocol.ids import RoomAlias, UserId, server_name_of
from homeserver.accounts.requester import Requester
from homeserver.appservices.client import AppserviceClient, AppserviceUnreachable
from homeserver.appservices.interest import Interest
from homeserver.appservices.known import KnownAppservices
from homeserver.appservices.registration import Registration
from homeserver.errors import Exclusive, MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.storage import appservices
from homeserver.storage.accounts import select_account

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 3
ANSWER_WITHIN_S: Final = 10.0


class AppserviceNames:
    """Implements `homeserver.rooms.bridged_names.BridgedNames`."""

    def __init__(
        self,
        known: KnownAppservices,
        nids: Mapping[str, int],
        client: AppserviceClient,
        rooms: RoomsContext,
        interest: Interest,
    ) -> None:
        self._known = known
        self._nids = nids
        self._client = client
        self._rooms = rooms
        self._interest = interest

    def check_alias(self, requester: Requester, alias: RoomAlias) -> None:
        """Hold people out of exclusive namespaces, and application services within their own."""
        owner = self._known.owner_of_alias(alias)
        if owner is not None and owner.id != requester.appservice_id:
            raise Exclusive("The alias is in the namespace of an application service")
        asking = self._known.by_id(requester.appservice_id or "")
        if asking is not None and not asking.covers_alias(alias):
            raise Exclusive("The alias is not in the application service's namespace")

    def controls_alias(self, requester: Requester, alias: RoomAlias) -> bool:
        asking = self._known.by_id(requester.appservice_id or "")
        return asking is not None and asking.covers_alias(alias)

    def alias_made(self, room_nid: int) -> None:
        self._interest.forget_rooms([room_nid])

    async def ask_for_alias(self, alias: RoomAlias) -> bool:
        if server_name_of(alias) != self._rooms.server_name:
            return False
        asked = [each for each in self._known if each.covers_alias(alias)]
        return await self._ask_each(asked, f"/rooms/{quote(alias, safe='')}")

    async def ask_about_user(self, user_id: UserId) -> None:
        """Have a user made who is not there, and remember nothing of one that nobody knows."""
        covering = [each for each in self._known if each.covers_user(user_id)]
        await self._ask_each(covering, _path_of(user_id))

    async def ask_for_user(self, user_id: UserId) -> None:
        covering = [each for each in self._known if each.covers_user(user_id)]
        if not covering:
            return
        async with self._rooms.db.acquire() as conn:
            if await select_account(conn, user_id) is not None:
                return
        user_nid = await self._rooms.names.intern_user(user_id)
        async with self._rooms.db.transaction() as conn:
            # From now on changes of the membership are told, whether the user will have an account or not.
            for each in covering:
                await appservices.insert_users(conn, self._nids[each.id], [user_nid])
        self._interest.forget_user(user_nid)
        await self._ask_each(covering, _path_of(user_id))

    async def _ask_each(self, asked: Sequence[Registration], path: str) -> bool:
        """Ask one after the other until one says yes. Raises MatrixError 408 where one did not answer."""
        silent = False
        for registration in asked:
            if registration.url is None:
                continue
            said = await self._ask(registration, path)
            if said:
                return True
            silent |= said is None
        if silent:
            raise MatrixError("M_UNKNOWN", 408, "The application service that knows this does not answer")
        return False

    async def _ask(self, registration: Registration, path: str) -> bool | None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._client.ask(registration, "GET", path, within_s=ANSWER_WITHIN_S)
                return answer.is_success
            except AppserviceUnreachable as error:
                log.info(
                    "appservice.query_failed", appservice=registration.id, attempt=attempt, reason=str(error)
                )
                if error.timed_out:
                    break  # whoever asks has waited long enough
        return None


def _path_of(user_id: UserId) -> str:
    return f"/users/{quote(user_id, safe='')}"
