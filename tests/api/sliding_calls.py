"""What tests of sliding sync ask of the server again and again."""

from dataclasses import dataclass, field
from typing import Self

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply

PATH = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
STABLE_PATH = "/_matrix/client/v4/sync"


def window(last: int = 99, limit: int = 10, *required: list[str], **filters: object) -> JsonObject:
    """Return a list that begins at the top."""
    wanted = [list(pair) for pair in required] or [["*", "*"]]
    return {
        "ranges": [[0, last]],
        "timeline_limit": limit,
        "required_state": wanted,
        **({"filters": filters} if filters else {}),
    }


def asking(*names: str, **options: object) -> JsonObject:
    """Return the part of a request that enables extensions."""
    return {"extensions": {name: {"enabled": True, **options} for name in names}}


@dataclass
class Slider:
    """A client of one connection, which confirms each answer with its next request."""

    client: ApiClient
    body: JsonObject = field(default_factory=lambda: {"lists": {"all": window()}})
    pos: str | None = None
    conn_id: str = "main"

    async def ask(self, timeout_ms: int = 0, **changes: object) -> Reply:
        """Send a request that takes up where the last answer ended; the answer is not confirmed."""
        params: dict[str, str | int] = {"timeout": timeout_ms} | ({"pos": self.pos} if self.pos else {})
        body = {"conn_id": self.conn_id, **self.body, **changes}
        return await self.client.post(PATH, body, **params)

    async def sync(self, timeout_ms: int = 0, **changes: object) -> JsonObject:
        """Return the next answer."""
        answer = (await self.ask(timeout_ms, **changes)).ok()
        self.pos = answer["pos"]
        return answer

    def at(self, base_url: str) -> Self:
        """Return the same connection over another worker."""
        client = ApiClient(**{**self.client.__dict__, "base_url": base_url})
        return type(self)(client, self.body, self.pos, self.conn_id)


def bodies(room: JsonObject) -> list[str]:
    """Return the texts of a room's timeline."""
    return [e["content"]["body"] for e in room.get("timeline", []) if e["type"] == "m.room.message"]


def types(events: list[JsonObject]) -> list[tuple[str, str]]:
    return sorted((event["type"], event["state_key"]) for event in events)
