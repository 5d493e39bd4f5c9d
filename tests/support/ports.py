"""Ports that are known before anything listens on them, for servers whose name holds their port."""

import socket
from collections.abc import Iterator
from functools import cache
from itertools import cycle, islice
from typing import Final

HOST: Final = "127.0.0.1"
RANGE: Final = range(10_240, 32_768)
"""Below those that systems give to outgoing connections, any of which could take a port that is free."""
BLOCK: Final = 256


def free_port() -> int:
    """Return a loopback port that nobody listens on, and that no other process of tests is given.

    Whoever stops and starts at it finds it free again.
    """
    for port in islice(_block()[1], BLOCK):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


@cache
def _block() -> tuple[socket.socket, Iterator[int]]:
    """Return the ports of this process, and what keeps other processes from them as long as it runs."""
    for first in RANGE[::BLOCK]:
        claim = socket.socket()
        try:
            claim.bind((HOST, first))
        except OSError:
            claim.close()
            continue
        return claim, cycle(range(first + 1, first + BLOCK))
    raise RuntimeError("other processes have all ports")
