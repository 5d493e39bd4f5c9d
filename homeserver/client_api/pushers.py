"""Where users want to be notified.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushers
"""

from typing import Any

from aiohttp import web
from msgspec import Struct, field

from homeserver.errors import MissingParam
from homeserver.http.context import services
from homeserver.http.params import json_response, read_body
from homeserver.http.requester import require_user
from homeserver.http.routing import Routes
from homeserver.pushers.activate_pusher import activate_pusher
from homeserver.pushers.check_pusher import check_key, check_pusher, stored_key
from homeserver.pushers.delete_pusher import delete_pusher
from homeserver.pushers.get_pushers import get_pushers
from homeserver.pushers.pusher import MSC3881, PusherSettings, render_pusher
from homeserver.pushers.set_pusher import set_pusher

routes = Routes()


class PusherBody(Struct, frozen=True):
    """A pusher to be made, changed or deleted."""

    app_id: str
    pushkey: str
    kind: str | None
    app_display_name: str | None = None
    device_display_name: str | None = None
    lang: str | None = None
    profile_tag: str | None = None
    data: dict[str, Any] | None = None
    append: bool = False
    enabled: bool | None = field(default=None, name=f"{MSC3881}.enabled")

    def check(self, kind: str) -> PusherSettings:
        described = {
            "app_display_name": self.app_display_name,
            "device_display_name": self.device_display_name,
            "lang": self.lang,
            "profile_tag": self.profile_tag,
        }
        is_enabled = self.enabled is not False
        return check_pusher(kind, self.app_id, self.pushkey, described, self.data, is_enabled)


class AckBody(Struct, frozen=True):
    """What a client shows to have received."""

    app_id: str
    ack_token: str


@routes.get("/_matrix/client/v3/pushers")
async def get_all(request: web.Request) -> web.StreamResponse:
    """GET /pushers: all of the user's pushers."""
    requester = await require_user(request)
    pushers = await get_pushers(services(request).pushers.ctx, requester.user_nid)
    return json_response({"pushers": [render_pusher(pusher) for pusher in pushers]})


@routes.post("/_matrix/client/v3/pushers/set")
async def set_one(request: web.Request) -> web.StreamResponse:
    """POST /pushers/set: make or change a pusher, or delete it where its kind is null.

    201 where the client must first show that messages arrive (MSC4174).
    """
    requester = await require_user(request)
    body = await read_body(request, PusherBody)
    ctx = services(request).pushers.ctx
    if not body.kind:
        if body.kind is not None:
            raise MissingParam("kind is required; null deletes the pusher")
        check_key(body.app_id, body.pushkey)
        await delete_pusher(ctx, requester.user_nid, body.app_id, stored_key(body.app_id, body.pushkey))
        return json_response({})
    done = await set_pusher(ctx, requester, body.check(body.kind), append=body.append)
    return json_response({}, status=201 if done.needs_activation else 200)


@routes.post("/_matrix/client/v3/pushers/ack")
@routes.post("/_matrix/client/unstable/org.matrix.msc4174/pushers/ack")
async def acknowledge(request: web.Request) -> web.StreamResponse:
    """POST /pushers/ack: show that a message to a web pusher has arrived (MSC4174)."""
    requester = await require_user(request)
    body = await read_body(request, AckBody)
    ctx = services(request).pushers.ctx
    await activate_pusher(ctx, requester.user_nid, body.app_id, body.ack_token)
    return json_response({})
