"""The names and keys of the crowd: the same in every process that is told its port."""

from hashlib import sha256

from federation.protocol.ids import ServerName, UserId
from federation.protocol.signing import SigningKey, generate_signing_key

SERVERS = 500


def crowd_addresses() -> list[str]:
    """Return an address per server."""
    return [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(SERVERS)]


def crowd_names(port: int) -> list[ServerName]:
    """Return the servers' names."""
    return [ServerName(f"{address}:{port}") for address in crowd_addresses()]


def crowd_key(name: ServerName) -> SigningKey:
    """Return the key that a server signs with."""
    return generate_signing_key("bench", sha256(name.encode()).digest())


def member_of(name: ServerName, number: int) -> UserId:
    """Return one of a server's users."""
    return UserId(f"@member{number}:{name}")
