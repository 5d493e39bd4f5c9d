"""What lets web clients of other origins use the client-facing endpoints.

Spec: https://spec.matrix.org/v1.19/client-server-api/#web-browser-clients
"""

from typing import Final

from homeserver.http.routing import Serve

SERVER: Final = "parlour"

CORS_HEADERS: Final = {
    "Server": SERVER,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "X-Requested-With, Content-Type, Authorization, If-Match, If-None-Match",
    "Access-Control-Expose-Headers": "Retry-After, X-Request-Id, ETag",
}
CORS_KINDS: Final[frozenset[Serve]] = frozenset({"client", "media"})
