"""Turning invites of addresses into invites of users, across servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#third-party-invites
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.handshakes.access import user_in_path, version_of_room
from federation.handshakes.invite import LIMITS
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import RoomId, ServerName, UserId, server_name_of
from federation.transport.paths import fill


async def handle_exchange(
    ctx: FederationContext, origin: ServerName, room_id: RoomId, event: JsonObject
) -> None:
    """Invite a user of another server, in the name of a user of ours who invited their address.

    The event is the asking server's word only: what is sent into the room is built here.

    Raises: FederationRefusal 400, 403, 404.
    """
    content, expected = event.get("content"), {"type": "m.room.member", "room_id": room_id}
    if any(event.get(key) != value for key, value in expected.items()) or not isinstance(content, dict):
        raise FederationRefusal(400, "M_INVALID_PARAM", "This is not a member event of the room in the path")
    sender, target = (user_in_path(str(event.get(key))) for key in ("sender", "state_key"))
    invite = content.get("third_party_invite")
    signed = invite.get("signed") if isinstance(invite, dict) else None
    if content.get("membership") != "invite" or not isinstance(signed, dict):
        raise FederationRefusal(400, "M_INVALID_PARAM", "This is not an invite of an address")
    if server_name_of(target) != origin or server_name_of(sender) != ctx.server_name:
        raise FederationRefusal(403, "M_FORBIDDEN", "The invited user has to be yours, the sender ours")
    await version_of_room(ctx, room_id, origin)
    await ctx.handshakes.exchange_third_party_invite(room_id, sender, target, signed)


async def perform_exchange(
    ctx: FederationContext, room_id: RoomId, sender: UserId, target: UserId, invite: JsonObject
) -> None:
    """Ask the server of who invited an address to invite its owner, a user of ours. Raises PeerFailed."""
    event: JsonObject = {
        "type": "m.room.member",
        "room_id": room_id,
        "sender": sender,
        "state_key": target,
        "content": {"membership": "invite", "third_party_invite": invite},
    }
    path = fill("/_matrix/federation/v1/exchange_third_party_invite/{}", room_id)
    await ctx.client.put(server_name_of(sender), path, event, limits=LIMITS)
