"""The root that QML sees as `app`: which page is shown, the parts of it, and words to the user."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, QSettings, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from client_desktop.core.text.links import LinkKind, MatrixLink, may_open, parse_matrix_link
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.commands import CommandsModel
from client_desktop.viewmodels.emoji import EmojiModel
from client_desktop.viewmodels.forward import ForwardModel
from client_desktop.viewmodels.media import MediaModel
from client_desktop.viewmodels.problems import error_sentence
from client_desktop.viewmodels.room import RoomModel
from client_desktop.viewmodels.rooms import RoomsModel
from client_desktop.viewmodels.search import SearchModel
from client_desktop.viewmodels.session import SessionModel
from client_desktop.viewmodels.source import SourceModel
from client_desktop.viewmodels.switcher import SwitcherModel
from client_desktop.viewmodels.viewer import ViewerModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client


class App(QObject):
    """Parts that need the engine's account are shown another one by `use`.

    Parts made elsewhere are attached before QML is loaded: `attach("login", model)`; a part that is an
    `AccountModel` then follows the account, too. Pages are "starting", "welcome", "main" and "settings".
    `openDialog(name, arguments)` asks whoever shows dialogs for one.
    """

    pageChanged = Signal()  # noqa: N815
    notice = Signal(str, str)
    """A sentence for the user, and its kind: info or problem."""
    dialogRequested = Signal(str, "QVariant")  # type: ignore[arg-type]  # noqa: N815
    pollRequested = Signal(str)  # noqa: N815
    """Ask for a poll to be written in the room that is open; what is asked may be known."""
    activated = Signal()
    """The window should come to the front."""
    leaving = Signal()
    """The user wants to end the client."""
    closing = Signal()
    """The window is being closed: end, or go on in the tray."""

    def __init__(
        self, bridge: Bridge, settings: QSettings | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self._page = "starting"
        self._attached: dict[str, QObject] = {}
        self.session_model = SessionModel(bridge, self)
        self.rooms_model = RoomsModel(bridge, self)
        self.media_model = MediaModel(bridge, self)
        self.room_model = RoomModel(bridge, self.rooms_model, self.media_model, self)
        self.search_model = SearchModel(bridge, self.rooms_model, self.room_model, self)
        self.forward_model = ForwardModel(bridge, self.rooms_model, self)
        self.source_model = SourceModel(bridge, self)
        self._commands = CommandsModel(bridge, self.room_model, self)
        self._commands.told.connect(self.notice)
        self._commands.dialog.connect(self._command_dialog)
        self._switcher = SwitcherModel(
            self.rooms_model.summaries.values, lambda: self.room_model.room_id, self
        )
        self._emoji = EmojiModel(settings, self)
        self._viewer = ViewerModel(bridge, self.media_model, self)
        for part in self._account_parts():
            part.failed.connect(self.report)

    page = Property(str, lambda self: self._page, notify=pageChanged)
    session = Property(QObject, lambda self: self.session_model, constant=True)
    rooms = Property(QObject, lambda self: self.rooms_model, constant=True)
    room = Property(QObject, lambda self: self.room_model, constant=True)
    media = Property(QObject, lambda self: self.media_model, constant=True)
    search = Property(QObject, lambda self: self.search_model, constant=True)
    forward = Property(QObject, lambda self: self.forward_model, constant=True)
    source = Property(QObject, lambda self: self.source_model, constant=True)
    switcher = Property(QObject, lambda self: self._switcher, constant=True)
    emoji = Property(QObject, lambda self: self._emoji, constant=True)
    viewer = Property(QObject, lambda self: self._viewer, constant=True)

    recorder = Property(QObject, lambda self: self._attached.get("recorder"), constant=True)
    scanner = Property(QObject, lambda self: self._attached.get("scanner"), constant=True)
    qrSignIn = Property(QObject, lambda self: self._attached.get("qrSignIn"), constant=True)  # noqa: N815
    registration = Property(QObject, lambda self: self._attached.get("registration"), constant=True)
    forgottenPassword = Property(  # noqa: N815
        QObject, lambda self: self._attached.get("forgottenPassword"), constant=True
    )
    prompt = Property(QObject, lambda self: self._attached.get("prompt"), constant=True)
    login = Property(QObject, lambda self: self._attached.get("login"), constant=True)
    accounts = Property(QObject, lambda self: self._attached.get("accounts"), constant=True)
    settings = Property(QObject, lambda self: self._attached.get("settings"), constant=True)
    preferences = Property(QObject, lambda self: self._attached.get("preferences"), constant=True)
    encryption = Property(QObject, lambda self: self._attached.get("encryption"), constant=True)
    dialogs = Property(QObject, lambda self: self._attached.get("dialogs"), constant=True)

    def attach(self, name: str, part: QObject) -> None:
        """Make a part visible to QML as `app.<name>`: one of the properties above."""
        self._attached[name] = part
        part.setParent(self)
        if isinstance(part, AccountModel):
            part.failed.connect(self.report)

    def part(self, name: str) -> QObject | None:
        return self._attached.get(name)

    async def use(self, client: Client | None) -> None:
        """Show this account in every part; None: nobody is signed in."""
        for part in self._account_parts():
            await part.use(client)

    async def close(self) -> None:
        """End all that the parts have begun."""
        await asyncio.gather(*(part.close() for part in self._account_parts()))

    @Slot(str)
    def show(self, page: str) -> None:
        """Show a page."""
        if page != self._page:
            self._page = page
            self.pageChanged.emit()

    @Slot()
    def quit(self) -> None:
        self.leaving.emit()

    @Slot()
    def closeWindow(self) -> None:  # noqa: N802
        self.closing.emit()

    @Slot(str, str)
    def report(self, error_word: str, detail: str = "") -> None:
        """Tell the user what went wrong, in a sentence."""
        sentence = error_sentence(error_word)
        self.notice.emit(f"{sentence} {detail}" if detail else sentence, "problem")

    @Slot(str)
    def openDialog(self, name: str) -> None:  # noqa: N802
        self.dialogRequested.emit(name, {})

    @Slot(str, "QVariant")
    def openDialogWith(self, name: str, arguments: Any) -> None:  # noqa: N802
        """Ask for a dialog with what it is about, as person {userId, roomId} or report {roomId, eventId}."""
        self.dialogRequested.emit(name, arguments)

    @Slot(str)
    def openLink(self, address: str) -> None:  # noqa: N802
        """Follow a link of a message: people and rooms inside, the web outside, nothing else at all."""
        link = parse_matrix_link(address)
        if link is None:
            if may_open(address):
                QDesktopServices.openUrl(QUrl(address))
        elif link.kind is LinkKind.USER:
            self.openDialogWith("person", {"userId": link.identifier, "roomId": self.room_model.room_id})
        else:
            self._open_room_link(link)

    def _command_dialog(self, name: str, arguments: dict[str, str]) -> None:
        if name == "devtools":
            self.source_model.showState(arguments["roomId"])
        elif name == "poll":
            self.pollRequested.emit(arguments["question"])
        else:
            self.dialogRequested.emit(name, arguments)

    def _open_room_link(self, link: MatrixLink) -> None:
        summaries = self.rooms_model.summaries
        known = next(
            (
                room_id
                for room_id, room in summaries.items()
                if link.identifier in (room_id, room.canonical_alias)
            ),
            None,
        )
        if known is None:
            self.openDialogWith("explore", {"room": link.identifier, "via": list(link.via)})
        else:
            self.room_model.openAt(known, link.event_id or "")

    @Slot(str)
    def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        QGuiApplication.clipboard().setText(text)

    def _account_parts(self) -> tuple[AccountModel, ...]:
        own: tuple[AccountModel, ...] = (
            self.session_model,
            self.media_model,
            self.rooms_model,
            self.room_model,
            self.search_model,
            self.forward_model,
            self.source_model,
            self._commands,
            self._viewer,
        )
        return own + tuple(part for part in self._attached.values() if isinstance(part, AccountModel))
