"""Turns the endpoints that `federation` declares into routes of our listeners."""

from collections.abc import Iterator

from aiohttp import web

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonValue, decode_json
from federation.protocol.errors import JsonDecodeError
from federation.protocol.ids import ServerName
from federation.routes import federation_routes
from federation.routes.routing import BytesAnswer, FederationAnswer, FederationRequest, FederationRoute
from federation.transport.x_matrix import authenticate
from homeserver.errors import MatrixError, NotJson, Unrecognized
from homeserver.http.context import services
from homeserver.http.params import json_response, read_bytes
from homeserver.http.rate_limits import Action
from homeserver.http.routing import MATCH, Handler, Route

NOBODY = ServerName("")


def server_routes() -> Iterator[Route]:
    """Yield every endpoint for other servers."""
    for route in federation_routes():
        yield Route(route.method, route.path, _handler(route), "federation", max_body=route.max_body)


def _handler(route: FederationRoute) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        fed = services(request).federation
        if fed is None:
            raise Unrecognized("This server does not federate")
        body = await _read_body(request)
        try:
            origin = await _origin(fed, request, body) if route.signed else NOBODY
            if route.is_invite:
                services(request).rate_limits.check_key(Action.REMOTE_INVITE, origin)
            answer = await route.handler(fed, _federation_request(request, origin, body))
        except FederationRefusal as refusal:
            raise MatrixError(refusal.errcode, refusal.status, refusal.message, **refusal.extra) from refusal
        return await _respond(request, answer)

    return handle


async def _read_body(request: web.Request) -> JsonValue:
    """Return the JSON body, None where there is none. Raises NotJson, TooLarge."""
    raw = await read_bytes(request)
    if not raw:
        return None
    try:
        return decode_json(raw)
    except JsonDecodeError as error:
        raise NotJson(f"The body is not JSON: {error}") from error


async def _origin(fed: FederationContext, request: web.Request, body: JsonValue) -> ServerName:
    """Return who signed the request. Raises FederationRefusal 401, or 403 for a server we keep away from."""
    origin = await authenticate(
        fed.keyring,
        fed.server_name,
        method=request.method,
        target=request.raw_path,
        authorization=request.headers.getall("Authorization", []),
        content=body,
    )
    fed.back_off.heard_from(origin)
    return origin


def _federation_request(request: web.Request, origin: ServerName, body: JsonValue) -> FederationRequest:
    query = {name: tuple(request.query.getall(name)) for name in request.query}
    return FederationRequest(origin, request[MATCH].params, query, body, request.headers)


async def _respond(request: web.Request, answer: FederationAnswer) -> web.StreamResponse:
    if not isinstance(answer, BytesAnswer):
        return json_response(answer)
    response = web.StreamResponse(headers={"Content-Type": answer.content_type})
    await response.prepare(request)
    async for chunk in answer.chunks:
        await response.write(chunk)
    await response.write_eof()
    return response
