"""The only place where an error becomes a response.

Spec: https://spec.matrix.org/v1.19/client-server-api/#standard-error-response
"""

import structlog
from aiohttp import web

from federation.protocol.ids import InvalidIdentifier
from homeserver.errors import InvalidParam, LimitExceeded, MatrixError, NotJson
from homeserver.http.params import json_response
from homeserver.storage.db import DatabaseAway

log = structlog.get_logger(__name__)


def failure_response(error: Exception, request_id: str, route: str, *, begun: bool) -> web.Response:
    """Render whatever a handler raised; what is no refusal is logged under `request_id` and answered 500.

    Raises: ConnectionError, which closes the connection, where the response has `begun` or the client is
    gone.
    """
    refusal = _refusal(error)
    if refusal is None:
        log.error("request_failed", request_id=request_id, route=route, exc_info=error)
        refusal = MatrixError("M_UNKNOWN", 500, f"Internal server error (log id {request_id})")
    elif refusal.status == 503 and not isinstance(refusal, DatabaseAway):  # which is said once
        log.warning("request_refused", request_id=request_id, route=route, reason=refusal.message)
    if begun:
        raise ConnectionAbortedError("the response had begun") from error
    return error_response(refusal)


def error_response(error: MatrixError) -> web.Response:
    """Render a refusal as the specification's standard error response."""
    body = dict(error.extra)
    if error.errcode:  # a challenge of user-interactive authentication is no error yet
        body |= {"errcode": error.errcode, "error": error.message}
    response = json_response(body, status=error.status)
    if isinstance(error, LimitExceeded):
        response.headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
    return response


def _refusal(error: Exception) -> MatrixError | None:
    match error:
        case MatrixError():
            return error
        case InvalidIdentifier():
            return InvalidParam(str(error))
        case web.RequestPayloadError():
            return NotJson("The body did not arrive whole")
        case web.HTTPException():
            return MatrixError("M_UNKNOWN", error.status, error.reason)
        case ConnectionError():
            raise error
        case _:
            return None
