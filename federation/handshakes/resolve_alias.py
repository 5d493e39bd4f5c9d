"""Ask another server where one of its room aliases leads.

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1querydirectory
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.handshakes.try_servers import candidates
from federation.protocol.ids import (
    InvalidIdentifier,
    RoomAlias,
    RoomId,
    ServerName,
    parse_room_id,
    server_name_of,
)
from federation.transport.limits import Limits

LIMITS: Final = Limits(timeout_s=20, max_bytes=256 * 1024, ignore_back_off=True)


async def resolve_alias(ctx: FederationContext, alias: RoomAlias) -> tuple[RoomId, list[ServerName]]:
    """Return the room that another server's alias leads to, and servers to reach it through.

    Raises: PeerFailed.
    """
    server = server_name_of(alias)
    query = {"room_alias": alias}
    answer = await ctx.client.get(server, "/_matrix/federation/v1/query/directory", query, limits=LIMITS)
    room_id, servers = answer.get("room_id"), answer.get("servers")
    try:
        parsed = parse_room_id(room_id if isinstance(room_id, str) else "")
    except InvalidIdentifier as error:
        raise PeerAnsweredBadly(server, f"the alias leads nowhere: {error}") from error
    names = [name for name in servers if isinstance(name, str)] if isinstance(servers, list) else []
    return parsed, candidates(ctx.server_name, None, [server], names)
