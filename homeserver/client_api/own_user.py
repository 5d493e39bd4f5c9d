"""Endpoints below /user/{userId}, which are for that user alone."""

from aiohttp import web

from federation.protocol.ids import parse_user_id
from homeserver.errors import Forbidden
from homeserver.http.requester import Requester, require_user
from homeserver.http.routing import path_param


async def require_own_user(request: web.Request, *, guests: bool = False) -> Requester:
    """Return who asks, when the path's `{userId}` is theirs.

    Raises: Forbidden for somebody else's; what `require_user` raises.
    """
    requester = await require_user(request, guests=guests)
    if parse_user_id(path_param(request, "userId")) != requester.user_id:
        raise Forbidden("This belongs to another user")
    return requester
