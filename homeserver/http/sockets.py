"""Listening sockets that are opened before the process that accepts from them."""

import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from homeserver.config.listeners import Listener, Resource

BACKLOG: Final = 1024
MODE_OF_SOCKETS: Final = 0o660


REMEDIES: Final = {
    errno.EADDRINUSE: "address already in use: another server listens there; stop it, or set another port",
    errno.EADDRNOTAVAIL: "this machine has no such address: set another `bind`",
    errno.EACCES: "this user may not listen there: ports below 1024 and folders of others need a permission",
    errno.EPERM: "this user may not listen there: ports below 1024 and folders of others need a permission",
}


class AddressUnusable(OSError):
    """A listener's address cannot be had; the message names it, and says what to do."""

    @classmethod
    def of(cls, listener: Listener, error: OSError) -> "AddressUnusable":
        if isinstance(error, socket.gaierror):
            reason = "no such address: `bind` is one of this machine's, 0.0.0.0, or ::"
        else:
            reason = REMEDIES.get(error.errno or 0) or os.strerror(error.errno or 0)
        return cls(f"the listener {listener.base_url} cannot be opened: {reason}")


@dataclass(frozen=True, slots=True)
class WorkerPlace:
    """Which of several workers a process is, and the sockets it shares with the others, per listener.

    A listener for metrics alone is each worker's own, on ports that count upwards from the configured one.
    """

    number: int
    sockets: Sequence[socket.socket | None]


def is_own(listener: Listener) -> bool:
    """Tell whether each worker listens for itself: whoever asks for metrics wants those of all."""
    return set(listener.serve) == {Resource.METRICS}


def bind(listener: Listener) -> socket.socket:
    """Open a listener's socket, to be accepted from by any process that has it.

    Raises: AddressUnusable.
    """
    try:
        if listener.unix_path is not None:
            return _bind_in_file_system(listener.unix_path)
        return _bind_in_network(listener)
    except OSError as error:
        raise AddressUnusable.of(listener, error) from error


def _bind_in_network(listener: Listener) -> socket.socket:
    family = socket.AF_INET6 if ":" in listener.bind else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((listener.bind, listener.port))
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _bind_in_file_system(path: Path) -> socket.socket:
    """Open a socket that its owner's group may speak to; what a killed server left is taken away."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.is_socket() and not _answers(path):
            path.unlink()
        listening.bind(str(path))
        path.chmod(MODE_OF_SOCKETS)
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True


def inherited_sockets(fds: Sequence[int]) -> list[socket.socket | None]:
    """Return the sockets that a process was started with, by their file descriptors; -1 stands for none."""
    return [None if fd < 0 else socket.socket(fileno=fd) for fd in fds]
