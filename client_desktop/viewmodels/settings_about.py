"""The page "About": versions, how messages arrive, what is stored where."""

from __future__ import annotations

import asyncio
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtCore import Property, QObject, Signal, Slot, qVersion

from client_desktop.core.errors import ClientError
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import show_folder
from client_desktop.viewmodels.flow import Flow, shown


class AboutModel(Flow):
    """`app.settings.about`."""

    changed = Signal()

    def __init__(self, bridge: Bridge, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._data_dir = data_dir
        self._server_url = ""
        self._server_software = ""
        self._transport = ""
        self._cache_bytes = 0
        self._data_bytes = 0

    version = Property(str, lambda self: own_version(), constant=True)
    system = Property(
        str,
        lambda self: f"Python {platform.python_version()} · Qt {qVersion()} · {platform.system()}",
        constant=True,
    )
    serverUrl = shown(str, "_server_url", changed)  # noqa: N815
    serverSoftware = shown(str, "_server_software", changed)  # noqa: N815
    transport = shown(str, "_transport", changed)
    """websocket, sliding, long_poll, or empty where it is not connected."""
    cacheBytes = shown(float, "_cache_bytes", changed)  # noqa: N815
    dataBytes = shown(float, "_data_bytes", changed)  # noqa: N815
    dataFolder = Property(str, lambda self: str(self._data_dir), constant=True)  # noqa: N815

    @Slot()
    def refresh(self) -> None:
        """The page is shown."""
        if self.user_id:
            self.act(self._refresh())

    @Slot()
    def openFolder(self) -> None:  # noqa: N802
        show_folder(self._data_dir)

    @Slot()
    def emptyCache(self) -> None:  # noqa: N802
        """Forget the files that can be fetched again."""
        self.act(self._empty_cache())

    async def _refresh(self) -> None:
        client = self.client
        me = await self.bridge.call(lambda: client.me)
        transport = await self.bridge.call(lambda: client.sync.transport)
        self.show(_server_url=me.homeserver_url, _transport=transport.value if transport else "")
        await self._measure()
        try:
            answer = await self.bridge.call(
                lambda: client.api.get("/_matrix/federation/v1/version", auth=False)
            )
        except ClientError:
            return  # many servers answer this on another port only
        server = answer.get("server")
        if isinstance(server, dict):
            self.show(_server_software=f"{server.get('name', '')} {server.get('version', '')}".strip()[:100])

    async def _measure(self) -> None:
        client = self.client
        self.show(
            _cache_bytes=await self.bridge.call(client.media.cache.used_bytes),
            _data_bytes=await asyncio.to_thread(folder_bytes, self._data_dir),
        )

    async def _empty_cache(self) -> None:
        client = self.client
        await self.bridge.call(client.media.cache.clear)
        await self._measure()


def own_version() -> str:
    """The version that is installed; empty where it runs from its sources without being installed."""
    try:
        return version("parlour")
    except PackageNotFoundError:
        return ""


def folder_bytes(folder: Path) -> int:
    """Add up what a folder holds; files that go away meanwhile count nothing."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total
