"""Where Redis is, by its URL: one server, the master that sentinels name, or a node of a cluster.

- `redis://user:password@host:6379/0`, `rediss://…` over TLS, `unix:///path`
- `redis+sentinel://user:password@host1:26379,host2:26379/mymaster/0`
- `redis+cluster://user:password@host1:6379,host2:6379`
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from redis.asyncio.client import Redis
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import RedisError

SENTINEL: Final = "redis+sentinel"
CLUSTER: Final = "redis+cluster"
PLAIN: Final = ("redis", "rediss", "unix")
TIMEOUT_S: Final = 2.0
PORTS: Final = {SENTINEL: 26379, CLUSTER: 6379}


@dataclass(frozen=True, slots=True, repr=False)
class RedisLocation:
    """`hosts` are sentinels or nodes of a cluster; none where `url` names the server itself."""

    scheme: str
    url: str
    hosts: tuple[tuple[str, int], ...] = ()
    master: str = ""
    database: int = 0
    username: str | None = None
    password: str | None = None


def redis_location(url: str) -> RedisLocation:
    """Read a URL. Raises: ValueError, saying what is wrong without the password."""
    parts = urlsplit(url)
    if parts.scheme in PLAIN:
        return RedisLocation(parts.scheme, url)
    if parts.scheme not in PORTS:
        raise ValueError(
            f"redis_url: {parts.scheme or 'no'}:// is none of redis, rediss, unix, {', '.join(PORTS)}"
        )
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    master, _, database = parts.path.strip("/").partition("/")
    if parts.scheme == SENTINEL and not master:
        raise ValueError("redis_url: the path must name the master that the sentinels watch")
    return RedisLocation(
        parts.scheme,
        url,
        tuple(_host_and_port(host, PORTS[parts.scheme]) for host in hosts.split(",")),
        master,
        int(database) if database.isdigit() else 0,
        unquote(username) or None,
        unquote(password) or None,
    )


async def open_redis(location: RedisLocation, key: str) -> Redis:
    """Return a client for whoever has `key` now; what is published there is heard everywhere.

    Raises: RedisError, OSError.
    """
    if location.scheme == SENTINEL:
        return await _master(location)
    if location.scheme == CLUSTER:
        return await _owner(location, key)
    return Redis.from_url(location.url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S)


async def _master(location: RedisLocation) -> Redis:
    sentinel = Sentinel(location.hosts, sentinel_kwargs={"socket_timeout": TIMEOUT_S})  # type: ignore[no-untyped-call]
    try:
        host, port = await sentinel.discover_master(location.master)
    finally:
        for asked in sentinel.sentinels:
            await asked.aclose()
    return _client(location, host, port)


async def _owner(location: RedisLocation, key: str) -> Redis:
    cluster = RedisCluster(
        startup_nodes=[ClusterNode(host, port) for host, port in location.hosts],
        username=location.username,
        password=location.password,
        socket_connect_timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
    )
    try:
        await cluster.initialize()
        node = cluster.get_node_from_key(key)
    finally:
        await cluster.aclose()
    if node is None:
        raise RedisError("no node of the cluster has the key")
    return _client(location, str(node.host), int(node.port))


def _client(location: RedisLocation, host: str, port: int) -> Redis:
    return Redis(
        host=host,
        port=port,
        db=location.database,
        username=location.username,
        password=location.password,
        socket_connect_timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
    )


def _host_and_port(text: str, default: int) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        return text.strip("[]"), default
    if not port.isdigit():
        raise ValueError(f"redis_url: {text} is not a host with a port")
    return host.strip("[]"), int(port)
