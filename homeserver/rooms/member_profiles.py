"""What member events of this server's own users say of them: display name and avatar."""

from collections.abc import Sequence

import orjson

from federation.protocol.ids import UserId
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.storage import profiles
from homeserver.storage.profiles import SHOWN_IN_ROOMS


async def member_profiles(ctx: RoomsContext, user_ids: Sequence[UserId]) -> dict[UserId, JsonObject]:
    """Return the profile fields that belong into member events, for users that have any.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#events-on-change-of-profile-information
    """
    nids = await ctx.names.known_users(user_ids)
    async with ctx.db.acquire() as conn:
        found = await profiles.select_profiles(conn, list(nids.values()), list(SHOWN_IN_ROOMS))
    return {user_id: _texts(found[nid]) for user_id, nid in nids.items() if nid in found}


async def member_profile(ctx: RoomsContext, user_id: UserId) -> JsonObject:
    """Return the profile fields of one user's member events."""
    return (await member_profiles(ctx, [user_id])).get(user_id, {})


def _texts(fields: dict[str, bytes]) -> JsonObject:
    """Decode the fields; what is no text could not stand in a member event."""
    decoded = {name: orjson.loads(value) for name, value in fields.items()}
    return {name: value for name, value in decoded.items() if isinstance(value, str)}
