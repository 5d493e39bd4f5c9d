"""The only place where an error becomes a response.

Spec: https://spec.matrix.org/v1.19/client-server-api/#standard-error-response
"""

import structlog
from aiohttp import web

from homeserver.errors import LimitExceeded, MatrixError, TooLarge, Unavailable
from homeserver.http.params import json_response
from homeserver.storage.db import DatabaseUnavailable

log = structlog.get_logger(__name__)


def error_response(error: MatrixError) -> web.Response:
    """Render a refusal as the specification's standard error response."""
    response = json_response(
        {**error.extra, "errcode": error.errcode, "error": error.message}, status=error.status
    )
    if isinstance(error, LimitExceeded):
        response.headers["Retry-After"] = str(-(-error.retry_after_ms // 1000))
    return response


def failure_response(error: Exception, request_id: str, route: str) -> web.Response:
    """Render anything a handler raised; what is not a refusal is logged under `request_id` and answered 500."""
    if isinstance(error, MatrixError):
        return error_response(error)
    if isinstance(error, DatabaseUnavailable):
        log.warning("database_unavailable", request_id=request_id, route=route)
        return error_response(Unavailable("The database cannot be reached at the moment"))
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return error_response(TooLarge())
    log.error("request_failed", request_id=request_id, route=route, exc_info=error)
    return error_response(MatrixError("M_UNKNOWN", 500, f"Internal server error (log id {request_id})"))
