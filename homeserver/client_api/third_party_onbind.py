"""What identity servers tell this one.

Spec: https://spec.matrix.org/v1.19/server-server-api/#third-party-invites
"""

from typing import Annotated

import msgspec
from aiohttp import web

from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.rate_limits import Action
from homeserver.http.routing import Routes
from homeserver.rooms.third_party_bound import BoundInvite, take_bound_invites

MAX_INVITES = 50

routes = Routes("federation")


class Bound(msgspec.Struct):
    """The address itself is of no interest: each invitation is signed."""

    invites: Annotated[list[BoundInvite], msgspec.Meta(max_length=MAX_INVITES)] = []


# COMPAT: identity servers send it by POST, whatever the specification says.
@routes.post("/_matrix/federation/v1/3pid/onbind", limit=Action.ANONYMOUS)
@routes.put("/_matrix/federation/v1/3pid/onbind", limit=Action.ANONYMOUS)
async def put_onbind(request: web.Request) -> web.StreamResponse:
    """PUT /3pid/onbind: an address was bound to a user; invitations wait for it."""
    body = await read_body(request, Bound)
    await take_bound_invites(services(request).rooms, body.invites)
    return json_response({})
