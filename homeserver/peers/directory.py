"""What other servers may look up here, answered by the services."""

from collections.abc import Sequence

import orjson

from federation.ports.directory import PublicRoomsPage
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import RoomAlias, RoomId, ServerName, UserId
from homeserver.accounts.context import AccountsContext
from homeserver.accounts.openid import user_of_openid_token
from homeserver.accounts.profile import get_profile
from homeserver.errors import NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_of_local_alias
from homeserver.rooms.public_rooms import list_public_rooms
from homeserver.rooms.public_rooms_query import DEFAULT_LIMIT, PublicRoomsQuery
from homeserver.rooms.space_for_server import space_for_server
from homeserver.storage.room_servers import select_servers_in_room

MAX_SERVERS = 50
"""How many servers an alias is answered with: some that can be joined through, not all there are."""


class ServicesDirectory:
    """The port `Directory` over this server's accounts and rooms."""

    def __init__(self, accounts: AccountsContext, rooms: RoomsContext) -> None:
        self._accounts = accounts
        self._rooms = rooms

    async def room_of_alias(self, alias: RoomAlias) -> tuple[RoomId, Sequence[ServerName]] | None:
        room = await room_of_local_alias(self._rooms, alias)
        if room is None:
            return None
        async with self._rooms.db.acquire() as conn:
            servers = await select_servers_in_room(conn, room.nid)
        ours = self._rooms.server_name
        return room.room_id, [ours, *(server for server in servers if server != ours)][:MAX_SERVERS]

    async def profile_of(self, user_id: UserId) -> JsonObject | None:
        try:
            fields = await get_profile(self._accounts, user_id)
        except NotFound:
            return None
        return {field: orjson.loads(value) for field, value in fields.items()}

    async def public_rooms(self, page: PublicRoomsPage) -> JsonObject:
        query = PublicRoomsQuery(page.limit or DEFAULT_LIMIT, page.since, page.search_term, page.room_types)
        return await list_public_rooms(self._rooms, query)

    async def space(self, asking: ServerName, room_id: RoomId, *, suggested_only: bool) -> JsonObject | None:
        return await space_for_server(self._rooms, asking, room_id, suggested_only=suggested_only)

    async def user_of_openid_token(self, token: str) -> UserId | None:
        return await user_of_openid_token(self._accounts, token)
