"""Send a member event of ours to a resident server, for it to take into the room.

Spec: https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_joinroomideventid
"""

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly, PeerRefused
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName
from federation.protocol.pdu import Pdu
from federation.transport.limits import Limits
from federation.transport.paths import Query, fill


async def hand_over(
    ctx: FederationContext, server: ServerName, pdu: Pdu, query: Query | None, limits: Limits
) -> JsonObject:
    """Send our join, leave or knock; servers that lack the second version of the endpoint get the first.

    Raises: PeerFailed.
    """
    what = f"send_{pdu.content['membership']}"
    newest = "v1" if what == "send_knock" else "v2"
    path = fill(f"/_matrix/federation/{newest}/{what}/{{}}/{{}}", pdu.room_id, pdu.event_id)
    try:
        return await ctx.client.put(server, path, pdu.json, query, limits=limits)
    except PeerRefused as refusal:
        if newest == "v1" or not lacks_endpoint(refusal):
            raise
    old_path = fill(f"/_matrix/federation/v1/{what}/{{}}/{{}}", pdu.room_id, pdu.event_id)
    return in_old_answer(server, await ctx.client.put_any(server, old_path, pdu.json, limits=limits))


def lacks_endpoint(refusal: PeerRefused) -> bool:
    """Whether a server says that it does not know an endpoint, and not that it does not want to.

    Spec: https://spec.matrix.org/v1.19/server-server-api/#unsupported-endpoints
    """
    return refusal.status in (404, 405) and refusal.errcode in ("M_UNRECOGNIZED", "")


def in_old_answer(server: ServerName, answer: JsonValue) -> JsonObject:
    """Return the object in an answer of the form `[200, {}]`. Raises PeerAnsweredBadly."""
    if isinstance(answer, list) and len(answer) == 2 and isinstance(answer[1], dict):
        return answer[1]
    raise PeerAnsweredBadly(server, "the answer is not a status and an object")
