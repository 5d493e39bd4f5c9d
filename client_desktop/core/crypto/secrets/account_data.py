"""The account's data on the server, read and written at once: what a sync told may be older."""

from __future__ import annotations

from client_desktop.core.api import Api, path
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject


class AccountData:
    """Global account data of one account."""

    def __init__(self, api: Api, user_id: str) -> None:
        self._api = api
        self._user_id = user_id

    async def get(self, event_type: str) -> JsonObject:
        """Return the content; an empty one where there is none.

        Raises: ClientError.
        """
        try:
            return await self._api.get(self._path(event_type), retry=True)
        except MatrixError as error:
            if error.status == 404:
                return {}
            raise

    async def put(self, event_type: str, content: ReadonlyJsonObject) -> None:
        """Write the content, in place of all that was there.

        Raises: ClientError.
        """
        await self._api.put(self._path(event_type), content, retry=True)

    def _path(self, event_type: str) -> str:
        return path("/_matrix/client/v3/user/{}/account_data/{}", self._user_id, event_type)
