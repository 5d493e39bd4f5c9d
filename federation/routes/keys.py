"""This server's keys, and those of others that it vouches for.

What bounds it: `MAX_SERVERS` and `MAX_BODY` of one query; what of that is asked anew, `Keyring.documents`.

Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
"""

from typing import Final

from federation.context import FederationContext
from federation.errors import FederationRefusal
from federation.protocol.canonical_json import JsonObject, JsonValue, decode_json
from federation.protocol.errors import InvalidIdentifier
from federation.protocol.ids import ServerName, parse_server_name
from federation.routes.routing import FederationAnswer, FederationRequest, FederationRoutes
from federation.transport.keyring import DocumentQuery

routes = FederationRoutes()

MAX_SERVERS: Final = 1_000
MAX_BODY: Final = 512 * 1024


@routes.get("/_matrix/key/v2/server", signed=False)
@routes.get("/_matrix/key/v2/server/{keyId}", signed=False)
async def get_own_keys(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Answer the keys of this server."""
    return ctx.keyring.own.publish()


@routes.get("/_matrix/key/v2/query/{serverName}", signed=False)
@routes.get("/_matrix/key/v2/query/{serverName}/{keyId}", signed=False)
async def get_keys_of_server(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Answer what another server published, with our signature beside its own.

    COMPAT: up to v1.5 the path named a key.
    """
    until_ms = request.query_int("minimum_valid_until_ts", ctx.now_ms())
    key_ids = frozenset({request.params["keyId"]} if "keyId" in request.params else ())
    return await _vouch(ctx, {_server_name(request.params["serverName"]): DocumentQuery(until_ms, key_ids)})


@routes.post("/_matrix/key/v2/query", signed=False, max_body=MAX_BODY)
async def query_keys(ctx: FederationContext, request: FederationRequest) -> FederationAnswer:
    """Answer what several servers published, with our signature beside theirs."""
    queries = request.object_body().get("server_keys")
    if not isinstance(queries, dict):
        raise FederationRefusal(400, "M_BAD_JSON", "server_keys is not an object")
    if len(queries) > MAX_SERVERS:
        raise FederationRefusal(400, "M_INVALID_PARAM", f"more than {MAX_SERVERS} servers")
    now_ms = ctx.now_ms()
    return await _vouch(
        ctx, {_server_name(name): _document_query(criteria, now_ms) for name, criteria in queries.items()}
    )


async def _vouch(ctx: FederationContext, queries: dict[ServerName, DocumentQuery]) -> JsonObject:
    asks_for_ours = queries.pop(ctx.server_name, None) is not None
    found: list[JsonValue] = [ctx.keyring.own.publish()] if asks_for_ours else []
    for raw in await ctx.keyring.documents(queries):
        document = decode_json(raw)
        assert isinstance(document, dict), "only such documents are stored"
        found.append(ctx.keyring.own.countersign(document))
    return {"server_keys": found}


def _document_query(criteria: JsonValue, now_ms: int) -> DocumentQuery:
    """Return which keys of one server are asked for."""
    if not isinstance(criteria, dict):
        raise FederationRefusal(400, "M_BAD_JSON", "server_keys is not an object of objects")
    asked = [entry.get("minimum_valid_until_ts") for entry in criteria.values() if isinstance(entry, dict)]
    times = [value for value in asked if isinstance(value, int) and not isinstance(value, bool)]
    return DocumentQuery(max(times, default=now_ms), frozenset(criteria))


def _server_name(text: str) -> ServerName:
    try:
        return parse_server_name(text)
    except InvalidIdentifier as error:
        raise FederationRefusal(400, "M_INVALID_PARAM", "This is not a server name") from error
