"""The root that QML sees as `app`: which page is shown, the parts of it, and words to the user."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, QSettings, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.media import MediaModel
from client_desktop.viewmodels.problems import error_sentence
from client_desktop.viewmodels.rooms import RoomsModel
from client_desktop.viewmodels.session import SessionModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client
    from client_desktop.core.start_picture import StartPicture
    from client_desktop.core.text.links import MatrixLink
    from client_desktop.viewmodels.app_parts import AppParts
    from client_desktop.viewmodels.room import RoomModel
    from client_desktop.viewmodels.search import SearchModel
    from client_desktop.viewmodels.source import SourceModel


class App(QObject):
    """Parts that need the engine's account are shown another one by `use`.

    Made with what the first frame shows: `show_stored` fills it with what was seen last. `complete` makes the
    other parts, and `use` the whole `ready`; what the user wants before that is done then.
    Parts made elsewhere are attached before QML is loaded: `attach("login", model)`; a part that is an
    `AccountModel` then follows the account, too. Pages are "starting", "welcome", "main" and "settings".
    `openDialog(name, arguments)` asks whoever shows dialogs for one.
    """

    pageChanged = Signal()  # noqa: N815
    readyChanged = Signal()  # noqa: N815
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

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self._page = "starting"
        self._attached: dict[str, QObject] = {}
        self._parts: AppParts | None = None
        self._ready = False
        self._later: list[Callable[[], None]] = []
        self.session_model = SessionModel(bridge, self)
        self.rooms_model = RoomsModel(bridge, self)
        self.media_model = MediaModel(bridge, self)
        for part in self._account_parts():
            part.failed.connect(self.report)

    page = Property(str, lambda self: self._page, notify=pageChanged)
    ready = Property(bool, lambda self: self._ready, notify=readyChanged)
    """All parts are there and show the account. Before, only `session`, `rooms`, `media` and `preferences`
    are: nothing else may be read."""
    session = Property(QObject, lambda self: self.session_model, constant=True)
    rooms = Property(QObject, lambda self: self.rooms_model, constant=True)
    room = Property(QObject, lambda self: self._part("room"), constant=True)
    media = Property(QObject, lambda self: self.media_model, constant=True)
    search = Property(QObject, lambda self: self._part("search"), constant=True)
    forward = Property(QObject, lambda self: self._part("forward"), constant=True)
    source = Property(QObject, lambda self: self._part("source"), constant=True)
    switcher = Property(QObject, lambda self: self._part("switcher"), constant=True)
    emoji = Property(QObject, lambda self: self._part("emoji"), constant=True)
    viewer = Property(QObject, lambda self: self._part("viewer"), constant=True)

    recorder = Property(QObject, lambda self: self._attached.get("recorder"), constant=True)
    links = Property(QObject, lambda self: self._attached.get("links"), constant=True)
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

    def complete(self, settings: QSettings | None = None) -> None:
        """Make the parts that the first frame did without. `settings` keeps emoji used last."""
        # Imported now: they load most of the client.
        from client_desktop.viewmodels.app_parts import AppParts

        parts = self._parts = AppParts.make(self.bridge, self.rooms_model, self.media_model, settings, self)
        parts.commands.told.connect(self.notice)
        parts.commands.dialog.connect(self._command_dialog)
        for part in parts.of_accounts():
            part.failed.connect(self.report)

    @property
    def parts(self) -> AppParts:
        """The parts made by `complete`."""
        assert self._parts is not None, "not complete yet"
        return self._parts

    @property
    def room_model(self) -> RoomModel:
        return self.parts.room

    @property
    def search_model(self) -> SearchModel:
        return self.parts.search

    @property
    def source_model(self) -> SourceModel:
        return self.parts.source

    def show_stored(self, picture: StartPicture) -> None:
        """Show what was seen last, until `use` shows the account."""
        self.session_model.show_stored(picture.user_id, picture.display_name, picture.avatar_url)
        self.rooms_model.show_stored(picture.rooms)
        self._page = "main"

    async def use(self, client: Client | None) -> None:
        """Show this account in every part; None: nobody is signed in. Complete, it is ready then."""
        for part in self._account_parts():
            await part.use(client)
        if not self._ready and self._parts is not None:
            self._ready = True
            self.readyChanged.emit()
            later, self._later = self._later, []
            for act in later:
                act()

    async def close(self) -> None:
        """End all that the parts have begun."""
        await asyncio.gather(*(part.close() for part in self._account_parts()))

    @Slot(str)
    def show(self, page: str) -> None:
        """Show a page."""
        if page == "settings":
            self._when_ready(lambda: self._show(page))
        else:
            self._show(page)

    def _show(self, page: str) -> None:
        if page != self._page:
            self._page = page
            self.pageChanged.emit()

    @Slot(str)
    def openRoom(self, room_id: str) -> None:  # noqa: N802
        """Show a room, as soon as rooms can be shown."""
        self._when_ready(lambda: self.room_model.open(room_id))

    def _when_ready(self, act: Callable[[], None]) -> None:
        if self._ready:
            act()
        else:
            self._later.append(act)

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
        self._when_ready(lambda: self.dialogRequested.emit(name, {}))

    @Slot(str, "QVariant")
    def openDialogWith(self, name: str, arguments: Any) -> None:  # noqa: N802
        """Ask for a dialog with what it is about, as person {userId, roomId} or report {roomId, eventId}."""
        self._when_ready(lambda: self.dialogRequested.emit(name, arguments))

    @Slot(str)
    def openLink(self, address: str) -> None:  # noqa: N802
        """Follow a link of a message: people and rooms inside, the web outside, nothing else at all."""
        self._when_ready(lambda: self._open_link(address))

    def _open_link(self, address: str) -> None:
        from client_desktop.core.text.links import LinkKind, may_open, parse_matrix_link

        link = parse_matrix_link(address)
        if link is None:
            if may_open(address):
                QDesktopServices.openUrl(QUrl(address))
        elif link.kind is LinkKind.USER:
            self.openDialogWith("person", {"userId": link.identifier, "roomId": self.room_model.room_id})
        else:
            self._open_room_link(link)

    @Slot(str, "QVariant")
    def _command_dialog(self, name: str, arguments: dict[str, str]) -> None:
        if name == "devtools":
            self.parts.source.showState(arguments["roomId"])
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
        own: tuple[AccountModel, ...] = (self.session_model, self.media_model, self.rooms_model)
        made = self._parts.of_accounts() if self._parts is not None else ()
        attached = (part for part in self._attached.values() if isinstance(part, AccountModel))
        return (*own, *made, *attached)

    def _part(self, name: str) -> QObject | None:
        return None if self._parts is None else getattr(self._parts, name)
