"""Invites of users of ours by other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
"""

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.handshakes.access import room_in_path
from federation.handshakes.invite import handle_invite
from federation.handshakes.sent_events import SentEvent
from federation.protocol.ids import EventId
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

MAX_BODY = 512 * 1024
"""An event, and what may be shown of the room."""


@routes.put("/_matrix/federation/v2/invite/{roomId}/{eventId}", max_body=MAX_BODY, is_invite=True)
async def put_invite(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /invite: an invite, answered with our signature on it."""
    body = request.object_body()
    event = body.get("event")
    if not isinstance(event, dict) or "room_version" not in body:
        raise FederationRefusal(400, "M_BAD_JSON", "`event` and `room_version` are required")
    room_id, event_id = room_in_path(request.params["roomId"]), EventId(request.params["eventId"])
    sent = SentEvent(request.origin, room_id, event_id, event)
    signed = await handle_invite(ctx, sent, body["room_version"], body.get("invite_room_state"))
    return {"event": signed.json}


@routes.put("/_matrix/federation/v1/invite/{roomId}/{eventId}", max_body=MAX_BODY, is_invite=True)
async def put_invite_old(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /invite as it was before: the body is the event, and the answer stands behind a status."""
    event = request.object_body()
    unsigned = event.get("unsigned")
    invite_state = unsigned.get("invite_room_state") if isinstance(unsigned, dict) else None
    room_id, event_id = room_in_path(request.params["roomId"]), EventId(request.params["eventId"])
    version = "1" if "event_id" in event else None
    signed = await handle_invite(
        ctx, SentEvent(request.origin, room_id, event_id, event), version, invite_state
    )
    return [200, {"event": signed.json}]
