"""A bare aiohttp handler behind a homeserver's paths: the ceiling of sends, the floor of the load client.

It keeps nothing and checks nothing. What a workload reads on it is the cost of HTTP and the load generator.
"""

import asyncio
import sys
from pathlib import Path

import orjson
import uvloop
from aiohttp import web

from benchmarks.homeserver import Account, Surroundings
from benchmarks.postgres import free_port
from benchmarks.processes import RESULTS, Launch, ServerProcess

ROOM_ID = "!room:bare.bench"
ROOM_CREATED = orjson.dumps({"room_id": ROOM_ID})
EVENT_SENT = orjson.dumps({"event_id": "$" + "a" * 43})


class BareAiohttp:
    """The bare handler in a process of its own."""

    name = "aiohttp"

    def __init__(self, folder: Path, cores: str, surroundings: Surroundings) -> None:
        self.port = free_port()
        self.surroundings = surroundings
        command = [sys.executable, "-m", "benchmarks.servers.bare_aiohttp", str(self.port)]
        repository = Path(__file__).parents[2]
        self._process = ServerProcess(
            Launch(command, cores, {}, repository, RESULTS / "aiohttp.log", self.port)
        )

    async def start(self) -> float:
        return await self._process.start()

    async def stop(self) -> None:
        await self._process.stop()

    async def register(self, localpart: str) -> Account:
        return Account(user_id=f"@{localpart}:bare.bench", access_token="bare")

    def process_ids(self) -> list[int]:
        return self._process.process_ids()


class Hub:
    """Hands the body of each send to everybody who is waiting in a sync."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting = 0
        self._sent = asyncio.Event()
        self._delta = b""

    async def send(self, request: web.Request) -> web.Response:
        if not self._waiting:
            return _answer(EVENT_SENT)
        self._count += 1
        self._delta = b'{"next_batch":"%d","rooms":%b}' % (self._count, await request.read())
        self._sent.set()
        self._sent = asyncio.Event()
        return _answer(EVENT_SENT)

    async def sync(self, request: web.Request) -> web.Response:
        if request.query.get("since") == str(self._count):
            self._waiting += 1
            await self._sent.wait()
            self._waiting -= 1
            return _answer(self._delta)
        return _answer(b'{"next_batch":"%d"}' % self._count)


async def answer_room(_request: web.Request) -> web.Response:
    return _answer(ROOM_CREATED)


def build_app() -> web.Application:
    """Return the application: every POST is answered with a room id, every GET is a sync."""
    hub = Hub()
    app = web.Application()
    app.router.add_get("/{path:.*}", hub.sync)
    app.router.add_put("/_matrix/client/v3/rooms/{room_id}/send/{event_type}/{transaction_id}", hub.send)
    app.router.add_post("/{path:.*}", answer_room)
    return app


def main() -> None:
    """Serve on the port given on the command line."""
    port = int(sys.argv[1])
    loop = uvloop.new_event_loop()
    # Syncs still wait when the run is over.
    web.run_app(
        build_app(), host="127.0.0.1", port=port, access_log=None, print=None, loop=loop, shutdown_timeout=0.1
    )


def _answer(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")


if __name__ == "__main__":
    main()
