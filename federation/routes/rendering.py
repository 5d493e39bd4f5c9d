"""How PDUs stand in answers."""

from collections.abc import Iterable
from typing import cast

import orjson

from federation.context import FederationContext
from federation.ports.rooms import ServedEvent
from federation.protocol.canonical_json import JsonObject, JsonValue


def transaction_of(ctx: FederationContext, events: Iterable[ServedEvent]) -> JsonObject:
    """Return events in the form of a transaction of this server."""
    return {
        "origin": ctx.server_name,
        "origin_server_ts": ctx.now_ms(),
        "pdus": fragments(event.json for event in events),
    }


def fragments(pdus: Iterable[bytes]) -> JsonValue:
    """Return canonical PDUs as a list in an answer, without decoding them."""
    return cast(JsonValue, [orjson.Fragment(pdu) for pdu in pdus])
