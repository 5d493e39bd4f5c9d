"""One running client per user and data directory: a second start hands its links to the first."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

MAX_MESSAGE_BYTES = 64 * 1024
MAX_LINKS = 32
CONNECT_TIMEOUT_MS = 500
ANSWER_TIMEOUT_MS = 2000
READ_TIMEOUT_MS = 2000


class SingleInstance(QObject):
    """The name that the first instance holds and listens at."""

    activated = Signal(list)
    """Another start happened; the links it was given, often none."""

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()
        self._name = f"parlour-desktop-{digest[:24]}"
        self._server: QLocalServer | None = None

    def hand_over(self, links: list[str]) -> bool:
        """Give the links to an instance that runs already; False where there is none."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(CONNECT_TIMEOUT_MS):
            return False
        socket.write(json.dumps({"links": links[:MAX_LINKS]}).encode() + b"\n")
        taken = socket.waitForReadyRead(ANSWER_TIMEOUT_MS) and bytes(socket.readAll().data()) == b"ok\n"
        socket.disconnectFromServer()
        return taken

    def claim(self) -> bool:
        """Become the first instance; False where another one was faster.

        A socket file left by a crash is removed: `hand_over` has found nobody behind it.
        """
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(self._name):
            QLocalServer.removeServer(self._name)
            if not server.listen(self._name):
                return False
        server.newConnection.connect(self._accept)
        self._server = server
        return True

    def release(self) -> None:
        """Stop listening; the next start is the first one again."""
        if self._server is not None:
            self._server.close()
            self._server = None

    @Slot()
    def _accept(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            visit = _Visit(socket, self)
            visit.brought.connect(self.activated)
            visit.read()


class _Visit(QObject):
    """One connection: another start, which says one line and hears one."""

    brought = Signal(list)

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        self._buffer = bytearray()
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(socket.abort)
        self._patience.start(READ_TIMEOUT_MS)
        socket.readyRead.connect(self.read)
        socket.disconnected.connect(self.deleteLater)

    @Slot()
    def read(self) -> None:
        """Take in what has come; answer when it is a whole line."""
        self._buffer += bytes(self._socket.readAll().data())
        if len(self._buffer) > MAX_MESSAGE_BYTES:
            self._socket.abort()
        elif self._buffer.endswith(b"\n"):
            links = _links_of(bytes(self._buffer))
            if links is None:
                self._socket.abort()
                return
            self._socket.write(b"ok\n")
            self._socket.flush()
            self.brought.emit(links)


def _links_of(message: bytes) -> list[str] | None:
    """Read the links of a message; None where it is not one of ours."""
    try:
        links = json.loads(message)["links"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(links, list) or len(links) > MAX_LINKS:
        return None
    return [link for link in links if isinstance(link, str)]
