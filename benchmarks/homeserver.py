"""What a workload may ask of the homeserver it loads, whichever one that is."""

from dataclasses import dataclass
from typing import Protocol

from benchmarks.federation.authority import Authority


@dataclass(frozen=True, slots=True)
class Account:
    """A registered user with the access token of one device."""

    user_id: str
    access_token: str


@dataclass(frozen=True, slots=True)
class RoomElsewhere:
    """A room on another server, with its many members."""

    room_id: str
    via: str
    members: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else there is on loopback: an authority that all trust, and perhaps a room to join."""

    authority: Authority
    large_room: RoomElsewhere | None = None


class Homeserver(Protocol):
    """A homeserver process on loopback, with rate limits off and every durability setting on."""

    @property
    def name(self) -> str:
        """`parlour`, `synapse` or `aiohttp`."""

    @property
    def port(self) -> int:
        """The plain-HTTP client port on 127.0.0.1."""

    @property
    def surroundings(self) -> Surroundings:
        """The other servers that this one can reach."""

    async def start(self) -> float:
        """Start the process and return the seconds until it answered its first request."""

    async def stop(self) -> None:
        """Stop the process cleanly; its database keeps running."""

    async def register(self, localpart: str) -> Account:
        """Register a user and log it in."""

    def process_ids(self) -> list[int]:
        """The server's processes, PostgreSQL's not among them."""
