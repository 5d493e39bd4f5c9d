"""Trying out, step by step, whether another server can be reached, and saying in words where that ends."""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp import ClientError
from yarl import URL

from federation.errors import PeerFailed, PeerRefused
from federation.protocol.canonical_json import JsonValue, decode_json
from federation.protocol.errors import ProtocolError
from federation.protocol.ids import ServerName
from federation.transport.addresses import is_public
from federation.transport.connections import explain, read_body
from federation.transport.discovery import Endpoint, Route
from federation.transport.limits import KEYS
from federation.transport.open_transport import Transport
from federation.transport.server_keys import INSECURE_KEYS, BadServerKeys, read_server_keys
from federation.transport.server_names import is_literal

STEP_WITHIN_S: Final = 15.0
LONGEST_SHOWN: Final = 200
MAX_ADDRESSES: Final = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """What one step came to. `works` is None for what is neither good nor bad."""

    step: str
    works: bool | None
    words: str


async def check_server(
    transport: Transport, server: ServerName, now_ms: Callable[[], int], *, sign: bool
) -> AsyncGenerator[Finding, None]:
    """Yield what each step comes to; stop where the next one would make no sense.

    `sign` also makes a signed request, which changes nothing.
    """
    try:
        async with asyncio.timeout(2 * STEP_WITHIN_S):
            route = await transport.discovery.find(server)
    except OSError as error:
        yield Finding("discovery", False, explain(error))
        return
    for finding in _describe_route(server, route):
        yield finding
    reached = False
    for endpoint in route.endpoints:
        async for finding in _check_endpoint(transport, route, endpoint):
            yield finding
            reached = reached or (finding.step == "version" and bool(finding.works))
    if not reached:
        return
    yield await _check_keys(transport, server, now_ms())
    if sign:
        yield await _check_signing(transport, server)


def _describe_route(server: ServerName, route: Route) -> list[Finding]:
    findings: list[Finding] = []
    if route.well_known is not None:
        words = (
            f"it says {route.well_known.delegated}"
            if route.well_known.delegated
            else "there is none that counts"
        )
        problem = f" ({route.well_known.problem})" if route.well_known.problem else ""
        findings.append(Finding("well-known", None, words + problem))
    where = ", ".join(endpoint.authority for endpoint in route.endpoints)
    findings.append(Finding("discovery", True, f"{server} is at {where}: {route.found_by.value}"))
    return findings


async def _check_endpoint(transport: Transport, route: Route, endpoint: Endpoint) -> AsyncIterator[Finding]:
    usable: list[tuple[str, int]] = []
    yield await _check_addresses(transport, endpoint, usable)
    can_be_asked = False
    for address, port in usable:
        finding = await _check_tls(transport, address, port, route.tls_name)
        can_be_asked = can_be_asked or finding.works is not False
        yield finding
    if not can_be_asked:
        return
    url = URL(f"https://{endpoint.authority}/_matrix/federation/v1/version")
    headers = {"Host": route.host_header}
    try:
        async with (
            asyncio.timeout(STEP_WITHIN_S),
            transport.connections.request("GET", url, headers=headers, tls_name=route.tls_name) as response,
        ):
            yield _describe_version(response.status, await read_body(response, KEYS.max_bytes))
    except (ClientError, OSError, ValueError) as error:
        yield Finding("version", False, explain(error))


async def _check_addresses(
    transport: Transport, endpoint: Endpoint, usable: list[tuple[str, int]]
) -> Finding:
    """Say which addresses a host has, and collect those that may be connected to."""
    try:
        async with asyncio.timeout(STEP_WITHIN_S):
            found = await _addresses(transport, endpoint)
    except OSError as error:
        return Finding("addresses", False, explain(error))
    every = transport.connections.security.allow_private_addresses
    usable += [(address, port) for address, port in found if every or is_public(address)][:MAX_ADDRESSES]
    words = f"{endpoint.host} has {', '.join(address for address, _ in found)}"
    denied = [address for address, _ in found if not every and not is_public(address)]
    if denied:
        words += f"; of no public network, so not connected to: {', '.join(denied)}"
    return Finding("addresses", bool(usable), words)


async def _addresses(transport: Transport, endpoint: Endpoint) -> list[tuple[str, int]]:
    if is_literal(endpoint.host):
        return [(endpoint.host, endpoint.port)]
    found = await transport.resolver.resolve(endpoint.host, endpoint.port, socket.AF_UNSPEC)
    return list(dict.fromkeys((result["host"], result["port"]) for result in found))


async def _check_tls(transport: Transport, address: str, port: int, name: str) -> Finding:
    try:
        async with asyncio.timeout(STEP_WITHIN_S):
            greeting = await transport.connections.greet(address, port, name)
    except OSError as error:
        return Finding("TLS", False, f"{address} port {port}, as {name}: {explain(error)}")
    if not greeting.expires:
        return Finding("TLS", None, f"{address} speaks {greeting.version}; its certificate was not looked at")
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(greeting.expires), UTC)
    words = f"speaks {greeting.version}; its certificate is valid for {name} until {expires:%Y-%m-%d}"
    return Finding("TLS", True, f"{address} {words}")


def _describe_version(status: int, body: bytes) -> Finding:
    try:
        answer = decode_json(body)
    except ProtocolError:
        answer = None
    server = answer.get("server") if isinstance(answer, dict) else None
    if status != 200 or not isinstance(server, dict):
        return Finding(
            "version", False, f"no Matrix server answers there, but something else with status {status}"
        )
    name, number = (_shown(server.get(key)) for key in ("name", "version"))
    return Finding("version", True, f"{name} {number}")


async def _check_keys(transport: Transport, server: ServerName, now_ms: int) -> Finding:
    try:
        document = await transport.client.get(server, "/_matrix/key/v2/server", limits=KEYS)
        keys = read_server_keys(server, document, now_ms)
    except PeerFailed as error:
        return Finding("keys", False, error.message)
    except BadServerKeys as error:
        return Finding("keys", False, f"its document of keys cannot be used: {error}")
    if any(key.public_key in INSECURE_KEYS for key in keys):
        return Finding("keys", False, "it signs with a key whose secret half everybody can know")
    current = [key for key in keys if key.valid_until_ms >= now_ms]
    if not current:
        return Finding("keys", False, "all its keys have expired")
    until = datetime.fromtimestamp(current[0].valid_until_ms / 1000, UTC)
    return Finding(
        "keys", True, f"{', '.join(key.key_id for key in current)}, valid until {until:%Y-%m-%d %H:%M} UTC"
    )


async def _check_signing(transport: Transport, server: ServerName) -> Finding:
    """Ask for the profile of somebody who does not exist: to be refused that is as good as an answer."""
    query = {"user_id": f"@parlour.check:{server}", "field": "displayname"}
    try:
        await transport.client.get(server, "/_matrix/federation/v1/query/profile", query, limits=KEYS)
    except PeerRefused as error:
        if error.status == 401:
            words = f"it does not accept our signature, perhaps since it cannot reach us: {error.message}"
            return Finding("signing", False, words)
        if not error.errcode:
            return Finding("signing", False, error.message)
    except PeerFailed as error:
        return Finding("signing", False, error.message)
    return Finding("signing", True, "it accepts our signature")


def _shown(value: JsonValue) -> str:
    text = value if isinstance(value, str) else "?"
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_SHOWN]
