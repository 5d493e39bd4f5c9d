"""What docker-compose.yml describes, run as processes: people chat through nginx, workers come and go."""

import asyncio
import signal
from collections.abc import Iterator

import aiohttp
import pytest

from tests.deployments.compose_file import read_compose
from tests.deployments.composed import ComposedPlace
from tests.deployments.people import get, post, put, register, seen_in
from tests.support.authority import Authority

LIMIT_S = 600
pytestmark = pytest.mark.timeout(LIMIT_S)

ENVIRONMENT = {
    "PARLOUR_SERVER_NAME": "example.org",
    "PARLOUR_HOST": "localhost",
    "POSTGRES_PASSWORD": "nobody knows",
    "PARLOUR_NETWORK": "127.0.0.0/8",
    "PARLOUR_REGISTRATION__MODE": "open",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposedPlace]:
    folder = tmp_path_factory.mktemp("composed")
    place = ComposedPlace(folder, Authority.make(folder), read_compose(ENVIRONMENT)["services"])
    try:
        place.start()
        yield place
    finally:
        place.stop()


def test_nginx_takes_the_configuration(place: ComposedPlace) -> None:
    said = place.nginx.check()
    assert "successful" in said
    assert "warn" not in said


async def test_people_chat_through_the_two_workers(web: aiohttp.ClientSession) -> None:
    alice, bob = await register(web, "alice"), await register(web, "bob")
    room_id = (await post(web, alice, "createRoom", {"preset": "public_chat"}))["room_id"]
    await post(web, bob, f"join/{room_id}", {})
    first = await get(web, bob, "sync")
    waiting = asyncio.create_task(seen_in(web, bob, room_id, first["next_batch"]))
    path = f"rooms/{room_id}/send/m.room.message/1"
    sent = await put(web, alice, path, {"msgtype": "m.text", "body": "hi"})
    assert sent["event_id"] in await waiting


async def test_the_web_client_and_the_socket_come_through_nginx(web: aiohttp.ClientSession) -> None:
    async with web.get("/chat") as page:
        assert page.status == 200
        assert "script-src 'self' 'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
        script = (await page.text()).partition('src="/code/')[2].partition('"')[0]
    async with web.get(f"/code/{script}") as code:
        assert "immutable" in code.headers["Cache-Control"]
        assert code.headers["Content-Encoding"] == "gzip"
    async with web.get("/nowhere") as nowhere:
        assert nowhere.status == 404
        assert "<title>Parlour" in await nowhere.text()
    token = await register(web, "carol")
    async with web.ws_connect("/_matrix/client/unstable/parlour.websocket/sync") as socket:
        await socket.send_json({"type": "hello", "access_token": token})
        assert (await socket.receive_json(timeout=100))["type"] == "ready"
        assert (await socket.receive_json(timeout=100))["type"] == "sync"


async def test_other_servers_find_us_at_both_ports(place: ComposedPlace, web: aiohttp.ClientSession) -> None:
    for port in (place.https_port, place.federation_port):
        async with web.get(f"https://localhost:{port}/_matrix/key/v2/server") as keys:
            assert (await keys.json())["server_name"] == "example.org"
    async with web.get("/.well-known/matrix/client") as found:
        assert (await found.json())["m.homeserver"]["base_url"] == "https://localhost"
    async with web.get(f"https://localhost:{place.federation_port}/chat") as page:
        assert page.status == 404


async def test_metrics_are_not_for_everybody(web: aiohttp.ClientSession) -> None:
    for path in ("/metrics", "/health", "/health/ready"):
        async with web.get(path) as answer:
            assert answer.status == 404


async def test_a_worker_that_stops_is_missed_by_nobody(
    place: ComposedPlace, web: aiohttp.ClientSession
) -> None:
    token = await register(web, "dave")
    room_id = (await post(web, token, "createRoom", {}))["room_id"]
    for name in ("parlour-1", "parlour-2"):
        assert await asyncio.to_thread(place.services[name].end, signal.SIGTERM) == 0
        for number in range(10):
            path = f"rooms/{room_id}/send/m.room.message/{name}{number}"
            await put(web, token, path, {"msgtype": "m.text", "body": "still here"})
        await asyncio.to_thread(place.services[name].start)
    messages = await get(web, token, f"rooms/{room_id}/messages?dir=b&limit=100")
    assert sum(event["type"] == "m.room.message" for event in messages["chunk"]) == 20
