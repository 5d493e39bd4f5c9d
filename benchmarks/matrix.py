"""The few client-server calls the workloads are made of."""

from collections.abc import Sequence
from urllib.parse import quote

from benchmarks.homeserver import Account
from benchmarks.load_client import Connection, ConnectionPool, Response, map_concurrently

CLIENT = "/_matrix/client/v3"


def send_path(room_id: str, transaction_id: str) -> str:
    return f"{CLIENT}/rooms/{quote(room_id)}/send/m.room.message/{quote(transaction_id)}"


def sync_path(since: str | None, timeout_ms: int) -> str:
    since_query = "" if since is None else f"&since={quote(since)}"
    return f"{CLIENT}/sync?timeout={timeout_ms}{since_query}"


def text_message(body: str) -> dict[str, str]:
    return {"msgtype": "m.text", "body": body}


async def create_room(pool: ConnectionPool, owner: Account, *, name: str, preset: str = "public_chat") -> str:
    """Create a room and return its id."""
    body = {"preset": preset, "name": name}
    created = await pool.request("POST", f"{CLIENT}/createRoom", owner.access_token, body)
    return str(created["room_id"])


async def join_all(pool: ConnectionPool, room_id: str, members: Sequence[Account]) -> None:
    """Join a public room with every account given, a few at a time."""
    path = f"{CLIENT}/join/{quote(room_id)}"

    async def join(member: Account) -> None:
        await pool.request("POST", path, member.access_token, {})

    await map_concurrently(join, members, pool.size)


async def send_message(
    connection: Connection, sender: Account, room_id: str, txn: str, body: str
) -> Response:
    """Send one text message under the given transaction id."""
    return await connection.request("PUT", send_path(room_id, txn), sender.access_token, text_message(body))
