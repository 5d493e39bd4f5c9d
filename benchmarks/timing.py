"""Timing of single requests, one after the other on one connection."""

import time
from collections.abc import Sequence

from benchmarks.homeserver import Account
from benchmarks.load_client import Connection


async def time_requests_ms(
    port: int, account: Account, requests: Sequence[tuple[str, str, object]]
) -> list[float]:
    """Send each (method, path, body) and return how long each took until its last byte, in milliseconds."""
    connection = Connection(port)
    samples: list[float] = []
    for method, path, body in requests:
        started = time.perf_counter()
        answer = await connection.request(method, path, account.access_token, body)
        samples.append((answer.received_at - started) * 1000)
    connection.close()
    return samples
