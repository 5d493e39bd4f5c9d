"""Times that application services give events.

Spec: https://spec.matrix.org/v1.19/application-service-api/#timestamp-massaging
"""

from aiohttp import web

from homeserver.http.params import MAX_INTEGER, query_int
from homeserver.http.requester import Requester


def massaged_timestamp(request: web.Request, requester: Requester) -> int | None:
    """Return the time, in milliseconds since the epoch, that an event is to have; None: the present.

    Raises: InvalidParam for what no event can have.
    """
    if requester.appservice_id is None or "ts" not in request.query:
        return None
    return query_int(request, "ts", 0, maximum=MAX_INTEGER)
