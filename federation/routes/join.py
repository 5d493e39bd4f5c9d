"""Joins of other servers' users to rooms of ours.

Spec: https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
"""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Final

from federation.context import FederationContext
from federation.handshakes.access import room_in_path, user_in_path
from federation.handshakes.join import handle_send_join
from federation.handshakes.sent_events import SentEvent
from federation.handshakes.templates import answer_template
from federation.ports.handshakes import JoinState
from federation.protocol.canonical_json import JsonValue, encode_canonical_json
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from federation.routes.routing import BytesAnswer, FederationAnswer, FederationRequest, FederationRoutes

routes = FederationRoutes()

DEFAULT_VERSIONS: Final = ("1",)


@routes.get("/_matrix/federation/v1/make_join/{roomId}/{userId}")
async def get_make_join(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """GET /make_join: a template of a join."""
    room_id, user_id = room_in_path(request.params["roomId"]), user_in_path(request.params["userId"])
    versions = request.query_all("ver") or DEFAULT_VERSIONS
    return await answer_template(ctx, request.origin, room_id, user_id, "join", versions)


@routes.put("/_matrix/federation/v2/send_join/{roomId}/{eventId}")
async def put_send_join(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /send_join: a join, answered with the state before it."""
    omit_members = request.query_bool("omit_members")
    event, state = await handle_send_join(ctx, sent_event(request), omit_members=omit_members)
    return BytesAnswer("application/json", _render(ctx, event, state))


@routes.put("/_matrix/federation/v1/send_join/{roomId}/{eventId}")
async def put_send_join_old(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """PUT /send_join as it was before: the answer stands behind a status."""
    event, state = await handle_send_join(ctx, sent_event(request), omit_members=False)
    return BytesAnswer("application/json", _render(ctx, event, state, before=b"[200,", after=b"]"))


def sent_event(request: FederationRequest) -> SentEvent:
    """Return the event in a request's body. Raises FederationRefusal."""
    room_id, event_id = room_in_path(request.params["roomId"]), EventId(request.params["eventId"])
    return SentEvent(request.origin, room_id, event_id, request.object_body())


async def _render(
    ctx: FederationContext, event: Pdu, state: JoinState, before: bytes = b"", after: bytes = b""
) -> AsyncIterator[bytes]:
    """Yield the answer piece by piece, so that no room is ever in memory as a whole."""
    known: dict[str, JsonValue] = {"origin": ctx.server_name, "members_omitted": state.members_omitted}
    if state.members_omitted:
        known["servers_in_room"] = list(state.servers)
    yield before + encode_canonical_json(known)[:-1] + b',"event":' + event.canonical + b',"state":['
    async for piece in _joined(state.state):
        yield piece
    yield b'],"auth_chain":['
    async for piece in _joined(state.auth_chain):
        yield piece
    yield b"]}" + after


async def _joined(pages: AsyncIterable[Sequence[bytes]]) -> AsyncIterator[bytes]:
    is_first = True
    async for page in pages:
        if page:
            yield (b"" if is_first else b",") + b",".join(page)
            is_first = False
