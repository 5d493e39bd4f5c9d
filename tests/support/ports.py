"""Ports that are known before anything listens on them, for servers whose name holds their port."""

import os
import socket
from itertools import cycle, islice
from typing import Final

RANGE: Final = range(10_240, 32_768)
"""Below those that systems give to outgoing connections, any of which could take a port that is free."""
MOST_WORKERS: Final = 8

worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST_WORKERS
_own = RANGE[worker::MOST_WORKERS]
_candidates = islice(cycle(_own), os.getpid() % len(_own), None)


def free_port() -> int:
    """Return a loopback port that nobody listens on, and that no other process of this run is given.

    Whoever stops and starts at it finds it free again.
    """
    for port in islice(_candidates, len(_own)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")
