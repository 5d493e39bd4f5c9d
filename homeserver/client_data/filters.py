"""Store filters, and give them back; syncs take theirs from the cache.

Spec: https://spec.matrix.org/v1.19/client-server-api/#filtering
"""

from hashlib import sha256
from typing import Final

import orjson

from homeserver.client_data.context import ClientDataContext
from homeserver.client_data.filter_cache import parse_filter_id
from homeserver.errors import Forbidden
from homeserver.json_types import JsonObject
from homeserver.rooms.filters import parse_filter
from homeserver.storage import filters
from homeserver.storage.db import Connection

MAX_FILTERS: Final = 1_000


async def store_filter(ctx: ClientDataContext, user_nid: int, definition: JsonObject) -> str:
    """Store a filter and return its id; the same definition always has the same id.

    Raises: BadJson for what is no filter; Forbidden when the user has too many.
    """
    parse_filter(definition)
    json = orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)
    digest = sha256(json).digest()
    async with ctx.db.acquire() as conn:
        filter_nid = await filters.select_filter_by_hash(conn, user_nid, digest)
        if filter_nid is None:
            filter_nid = await _insert(conn, user_nid, digest, json)
    return str(filter_nid)


async def get_filter(ctx: ClientDataContext, user_nid: int, filter_id: str) -> bytes:
    """Return the JSON of a filter that the user has stored. Raises NotFound."""
    return await ctx.filters.load_json(user_nid, parse_filter_id(filter_id))


async def _insert(conn: Connection, user_nid: int, digest: bytes, json: bytes) -> int | None:
    if await filters.count_filters(conn, user_nid) >= MAX_FILTERS:
        raise Forbidden(f"A user can store at most {MAX_FILTERS} filters")
    filter_nid = await filters.insert_filter(conn, user_nid, digest, json)
    # None: another request of the same user was faster with the same definition.
    return (
        filter_nid if filter_nid is not None else await filters.select_filter_by_hash(conn, user_nid, digest)
    )
