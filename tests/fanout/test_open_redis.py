"""Where Redis is, by its URL."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeserver.fanout.open_redis import open_redis, redis_location
from homeserver.fanout.over_redis import RedisLine
from homeserver.storage.db import Database
from tests.fanout.conftest import workers
from tests.fanout.test_shared import asked_everybody
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer, running_redis


def test_urls_name_sentinels_and_nodes_of_a_cluster() -> None:
    sentinels = redis_location("redis+sentinel://me:p%40ss@one,two:1234,[::1]:99/mymaster/3")
    assert sentinels.hosts == (("one", 26379), ("two", 1234), ("::1", 99))
    assert (sentinels.master, sentinels.database) == ("mymaster", 3)
    assert (sentinels.username, sentinels.password) == ("me", "p@ss")
    assert redis_location("redis+cluster://one,two:7001").hosts == (("one", 6379), ("two", 7001))


@pytest.mark.parametrize(
    "url", ["http://host", "host:6379", "redis+sentinel://host", "redis+cluster://host:port", ""]
)
def test_urls_that_mean_nothing_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^redis_url: ") as refused:
        redis_location(url.replace("//", "//me:secret@"))
    assert "secret" not in str(refused.value)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RedisServer]:
    """A cluster of one node, which has every slot."""
    with running_redis(tmp_path) as server:
        server.stop()
        server.start("--cluster-enabled", "yes", "--cluster-port", str(free_port()))
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            said = connection.makefile("rb")
            connection.sendall(b"CLUSTER ADDSLOTSRANGE 0 16383\r\n")
            assert said.readline() == b"+OK\r\n"
            info = b""
            while b"cluster_state:ok" not in info:  # it takes a moment to find that all slots are there
                connection.sendall(b"CLUSTER INFO\r\n")
                info = said.read(int(said.readline()[1:]) + 2)
            said.close()
        yield server


async def test_workers_meet_in_a_cluster(db: Database, cluster: RedisServer) -> None:
    url = f"redis+cluster://127.0.0.1:{cluster.port}"
    async with workers(db, RedisLine(url, "epoch"), RedisLine(url, "epoch")) as (here, there):
        await asked_everybody(here, there)


async def test_sentinels_are_asked_who_the_master_is(db: Database, tmp_path: Path) -> None:
    with running_redis(tmp_path) as master:
        written = tmp_path / "sentinel.conf"
        written.write_text(f"sentinel monitor mymaster 127.0.0.1 {master.port} 1\n")
        sentinel = RedisServer(tmp_path, config=written)
        sentinel.start("--sentinel")
        try:
            location = redis_location(f"redis+sentinel://127.0.0.1:{sentinel.port}/mymaster")
            client = await open_redis(location, "key")
            assert await client.execute_command("INFO", "server")  # type: ignore[no-untyped-call]
            assert client.connection_pool.connection_kwargs["port"] == master.port
            await client.aclose()
        finally:
            sentinel.stop()
