"""The devices of this server's users, whose keys other servers' users encrypt for.

Spec: https://spec.matrix.org/v1.19/server-server-api/#device-management
"""

from collections.abc import Mapping
from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonValue
from federation.protocol.ids import UserId, parse_user_id, server_name_of
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

MAX_BODY_BYTES: Final = 1024 * 1024


@routes.get("/_matrix/federation/v1/user/devices/{userId}")
async def get_devices(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /user/devices/{userId}: all devices of a user, and the number of the last change of them."""
    user_id = parse_user_id(request.params["userId"])
    found = await ctx.devices.device_list(user_id) if server_name_of(user_id) == ctx.server_name else None
    if found is None:
        raise FederationRefusal(404, "M_NOT_FOUND", "There is no such user")
    return found


@routes.post("/_matrix/federation/v1/user/keys/query", max_body=MAX_BODY_BYTES)
async def post_query(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """POST /user/keys/query: keys of some users and devices."""
    asked = _by_local_user(ctx, request, "device_keys")
    return await ctx.devices.query_keys({user: _device_ids(value) for user, value in asked.items()})


@routes.post("/_matrix/federation/v1/user/keys/claim", max_body=MAX_BODY_BYTES)
async def post_claim(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """POST /user/keys/claim: a one-time key of each of some devices."""
    asked = _by_local_user(ctx, request, "one_time_keys")
    return await ctx.devices.claim_keys({user: _algorithms(value) for user, value in asked.items()})


def _by_local_user(
    ctx: FederationContext, request: FederationRequest, member: str
) -> Mapping[UserId, JsonValue]:
    """Return what is asked of this server's users; what is known of others' is not told.

    Raises: FederationRefusal M_BAD_JSON; InvalidIdentifier.
    """
    asked = request.object_body().get(member)
    if not isinstance(asked, dict):
        raise FederationRefusal(400, "M_BAD_JSON", f"{member} is not an object")
    parsed = {parse_user_id(user_id): value for user_id, value in asked.items()}
    return {user: value for user, value in parsed.items() if server_name_of(user) == ctx.server_name}


def _device_ids(value: JsonValue) -> list[str]:
    ids = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(ids) < len(value):
        raise FederationRefusal(400, "M_BAD_JSON", "device_keys holds no lists of device ids")
    return ids


def _algorithms(value: JsonValue) -> dict[str, str]:
    members = value if isinstance(value, dict) else {}
    algorithms = {device: each for device, each in members.items() if isinstance(each, str)}
    if not isinstance(value, dict) or len(algorithms) < len(value):
        raise FederationRefusal(400, "M_BAD_JSON", "one_time_keys holds no algorithms by device id")
    return algorithms
