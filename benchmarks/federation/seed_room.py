"""Fills a room with members of many servers, by their own signed transactions, as the federation would."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from benchmarks.federation.names import crowd_key, member_of
from federation.protocol.canonical_json import JsonObject, encode_canonical_json
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.transport.paths import fill, request_target
from federation.transport.signed_requests import authorization_header

PER_TRANSACTION = 50
REQUEST_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Seed:
    """A room on a server, the members it is to get, and the servers they are of."""

    resident: ServerName
    room_id: RoomId
    members: int
    crowd: list[ServerName]


async def seed_room(seed: Seed, ca_file: Path) -> None:
    """Have the members join one after the other, in transactions of their servers."""
    async with _session(ca_file) as session:
        template = await _ask_for_template(session, seed)
        version = ROOM_VERSIONS[template["room_version"]]
        event = template["event"]
        prev, depth = [EventId(e) for e in event["prev_events"]], event["depth"]
        auth = [EventId(e) for e in event["auth_events"]]
        for first in range(0, seed.members, PER_TRANSACTION):
            batch: list[Pdu] = []
            for number in range(first, min(first + PER_TRANSACTION, seed.members)):
                pdu = _join(seed, version, number, prev, auth, depth)
                prev, depth = [pdu.event_id], depth + 1
                batch.append(pdu)
            await _send(session, seed, seed.crowd[first // PER_TRANSACTION % len(seed.crowd)], batch)


def _join(
    seed: Seed, version: RoomVersion, number: int, prev: list[EventId], auth: list[EventId], depth: int
) -> Pdu:
    server = seed.crowd[number % len(seed.crowd)]
    user = member_of(server, number)
    return build_pdu(
        version,
        EventDraft(
            "m.room.member", user, {"membership": "join", "displayname": f"Member {number}"}, state_key=user
        ),
        room_id=seed.room_id,
        prev_events=prev,
        auth_events=auth,
        depth=depth,
        origin_server_ts=int(time.time() * 1000),
        server_name=server,
        key=crowd_key(server),
    )


async def _ask_for_template(session: aiohttp.ClientSession, seed: Seed) -> Any:
    server = seed.crowd[0]
    path = fill("/_matrix/federation/v1/make_join/{}/{}", seed.room_id, member_of(server, 0))
    target = request_target(path, {"ver": list(ROOM_VERSIONS)})
    return await _request(session, seed.resident, server, "GET", target, None)


async def _send(session: aiohttp.ClientSession, seed: Seed, origin: ServerName, pdus: list[Pdu]) -> None:
    body: JsonObject = {
        "origin": origin,
        "origin_server_ts": int(time.time() * 1000),
        "pdus": [pdu.json for pdu in pdus],
    }
    target = fill("/_matrix/federation/v1/send/{}", pdus[0].event_id)
    while True:
        answer = await _request(session, seed.resident, origin, "PUT", target, body)
        if "retry_after_ms" not in answer:
            break
        await asyncio.sleep(answer["retry_after_ms"] / 1000)
    refused = {event_id: result for event_id, result in answer["pdus"].items() if result}
    if refused:
        raise RuntimeError(f"members were refused: {refused}")


async def _request(
    session: aiohttp.ClientSession,
    destination: ServerName,
    origin: ServerName,
    method: str,
    target: str,
    body: JsonObject | None,
) -> Any:
    content = None if body is None else encode_canonical_json(body)
    authorization = authorization_header(crowd_key(origin), method, target, origin, destination, content)
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    url = URL(f"https://{destination}{target}", encoded=True)
    async with session.request(method, url, data=content, headers=headers) as response:
        answer = await response.json()
        if response.status not in (200, 429):
            raise RuntimeError(f"{method} {target}: {response.status} {answer}")
        return answer


@asynccontextmanager
async def _session(ca_file: Path) -> AsyncIterator[aiohttp.ClientSession]:
    context = ssl.create_default_context(cafile=str(ca_file))
    timeout = aiohttp.ClientTimeout(total=REQUEST_LIMIT_S)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context), timeout=timeout) as session:
        yield session
