"""Exporting a room's history to a folder: a page to read, or a document for programs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot

from client_desktop.core.changes import ExportChanged
from client_desktop.core.export import ExportFormat, ExportOptions
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import show_folder
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.words import language


class RoomExportModel(Flow):
    """`begin(room)`, `start(folder, …)`; `step` is choose, working or done."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._room_name = ""
        self._step = "choose"
        self._number: int | None = None
        self._messages = 0
        self._complete = True
        self._path = ""
        self.listen(ExportChanged, self._export_changed)

    roomName = shown(str, "_room_name", changed)  # noqa: N815
    step = shown(str, "_step", changed)
    messages = shown(int, "_messages", changed)
    """Written so far."""
    path = shown(str, "_path", changed)
    """What was written."""
    complete = shown(bool, "_complete", changed)
    """False where older messages could not be fetched."""

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Prepare to export this room; one that runs is shown instead."""
        if self._step == "working":
            return
        self._room_id = room_id
        self.show(_step="choose", _messages=0, _path="", _room_name="", _complete=True)
        self.act(self._begin(room_id))

    @Slot(QUrl, str, bool)
    def startExport(self, folder: QUrl, kind: str, with_files: bool) -> None:  # noqa: N802
        """Write into a new folder inside this one."""
        options = ExportOptions(format=ExportFormat(kind), with_files=with_files, language=language())
        self.act(self._export(Path(folder.toLocalFile()), options))

    @Slot()
    def cancel(self) -> None:
        """Stop; what is written stays."""
        if self._number is not None:
            self.start(self._cancel(self._number))

    @Slot()
    def openFolder(self) -> None:  # noqa: N802
        """Show what was written."""
        if self._path:
            show_folder(Path(self._path).parent)

    async def _begin(self, room_id: str) -> None:
        room = await self.bridge.call(self.client.rooms.summary, room_id)
        if room is not None:
            self.show(_room_name=room.name)

    async def _export(self, folder: Path, options: ExportOptions) -> None:
        client, room_id = self.client, self._room_id
        target = folder / folder_name(self._room_name)
        self.show(_step="working", _messages=0)
        try:
            self._number = await self.bridge.call(client.exports.start, room_id, target, options)
            result = await self.bridge.call(client.exports.result, self._number)
        except BaseException:
            self.show(_step="choose")
            raise
        finally:
            self._number = None
        self.show(_step="done", _path=str(result.path), _messages=result.messages, _complete=result.complete)

    async def _cancel(self, number: int) -> None:
        await self.bridge.call(self.client.exports.cancel, number)

    def _export_changed(self, change: ExportChanged) -> None:
        if change.account == self.user_id and change.number == self._number:
            self.show(_messages=change.messages)


def folder_name(room_name: str) -> str:
    """Name a folder after a room, with nothing in it that file systems refuse."""
    kept = "".join(letter if letter.isalnum() or letter in " -_" else "_" for letter in room_name).strip()
    return f"Parlour {kept[:80]}".strip()
