"""Account data as the server has it: read before it is changed, for other devices change it too."""

from __future__ import annotations

from collections.abc import Callable

from client_desktop.core.api import Api, path
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject


def account_data_path(user_id: str, type_: str, room_id: str = "") -> str:
    """Give where account data is; the account's own where no room is named."""
    if room_id:
        return path("/_matrix/client/v3/user/{}/rooms/{}/account_data/{}", user_id, room_id, type_)
    return path("/_matrix/client/v3/user/{}/account_data/{}", user_id, type_)


async def fetch_account_data(api: Api, user_id: str, type_: str, room_id: str = "") -> JsonObject | None:
    """Ask the server for account data; None where there is none.

    Raises: ClientError.
    """
    try:
        return await api.get(account_data_path(user_id, type_, room_id), retry=True)
    except MatrixError as error:
        if error.status == 404:
            return None
        raise


async def put_account_data(
    api: Api, user_id: str, type_: str, content: ReadonlyJsonObject, room_id: str = ""
) -> None:
    """Set account data. It is seen in the store when sync brings it.

    Raises: ClientError.
    """
    await api.put(account_data_path(user_id, type_, room_id), content, retry=True)


async def change_account_data(
    api: Api,
    user_id: str,
    type_: str,
    change: Callable[[JsonObject], JsonObject],
    room_id: str = "",
) -> None:
    """Set account data to what `change` makes of the server's newest; nothing where it makes the same.

    Raises: ClientError.
    """
    before = await fetch_account_data(api, user_id, type_, room_id) or {}
    after = change(before)
    if after != before:
        await put_account_data(api, user_id, type_, after, room_id)
