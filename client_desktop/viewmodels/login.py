"""Signing in: which server, which way, and what went wrong."""

from __future__ import annotations

import platform
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import aiohttp
from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.accounts.discovery import discover, named_by_itself
from client_desktop.core.accounts.homeserver import Homeserver, IdentityProvider, RegistrationOptions
from client_desktop.core.accounts.login import log_in_again, log_in_with_password
from client_desktop.core.accounts.loopback import BrowserWords
from client_desktop.core.accounts.oauth_client import ClientDescription
from client_desktop.core.accounts.oauth_sign_in import sign_in_with_oauth
from client_desktop.core.accounts.registration import registration_options
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sso import sign_in_with_sso
from client_desktop.core.accounts.web import is_loopback
from client_desktop.core.clock import Clock
from client_desktop.core.errors import Cancelled, ClientError
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.client import Client

DESCRIPTION: Final = ClientDescription(name="Parlour")
SYSTEM_NAMES: Final = {"Darwin": "macOS"}


class Accounts(Protocol):
    """What signing in needs of the engine. Called in its thread."""

    @property
    def http(self) -> aiohttp.ClientSession: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def accounts(self) -> Mapping[str, Client]: ...

    async def add(self, session: Session) -> object:
        """Keep the session and open its account."""
        ...


class LoginModel(Flow):
    """`page` says what to show: `server`, `sign_in`, `browser` (waiting), `register`, `forgot` or `qr`."""

    changed = Signal()
    signedIn = Signal(str, bool)  # noqa: N815
    """The account's user id, and whether it is a new one."""
    left = Signal()
    """Nobody wants to add another account after all."""

    def __init__(
        self, bridge: Bridge, accounts: Accounts, browser: Browser, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._accounts = accounts
        self._browser = browser
        self._page = "server"
        self._homeserver: Homeserver | None = None
        self._options = RegistrationOptions(is_open=False)
        self._again: Session | None = None
        self._server_name = ""
        self._server_url = ""
        self._user_server = ""
        self._insecure = False
        self._has_password = False
        self._has_sso = False
        self._has_oauth = False
        self._has_qr = False
        self._providers: tuple[IdentityProvider, ...] = ()
        self._can_register = False
        self._registers_in_browser = False
        self._user_name = ""
        self._adding = False
        self._trip: Callable[[], None] | None = None
        browser.failed.connect(self._browser_failed)

    page = shown(str, "_page", changed)
    serverName = shown(str, "_server_name", changed)  # noqa: N815
    userServer = shown(str, "_user_server", changed)  # noqa: N815
    """What follows the colon of user ids there; empty where an address was typed and nobody says."""
    serverUrl = shown(str, "_server_url", changed)  # noqa: N815
    insecure = shown(bool, "_insecure", changed)
    hasPassword = shown(bool, "_has_password", changed)  # noqa: N815
    hasSso = shown(bool, "_has_sso", changed)  # noqa: N815
    hasOauth = shown(bool, "_has_oauth", changed)  # noqa: N815
    hasQr = shown(bool, "_has_qr", changed)  # noqa: N815
    """Another device of the user's can let this one in."""
    providers = shown(list, "_providers", changed)
    canRegister = shown(bool, "_can_register", changed)  # noqa: N815
    registersInBrowser = shown(bool, "_registers_in_browser", changed)  # noqa: N815
    userName = shown(str, "_user_name", changed)  # noqa: N815
    """What the field begins with; fixed where a session is continued."""

    adding = shown(bool, "_adding", changed)
    """Somebody is signed in already and adds an account."""
    continuing = Property(bool, lambda self: self._again is not None, notify=changed)
    """The server ended a session softly, and its password is asked for again."""

    @property
    def homeserver(self) -> Homeserver | None:
        """The server that was chosen."""
        return self._homeserver

    def is_at(self, page: str) -> bool:
        """Whether this page is shown."""
        return self._page == page

    @Slot(str)
    def lookUp(self, typed: str) -> None:  # noqa: N802
        """Find a server by what was typed and show its ways in."""
        if typed.strip():
            self.act(self._look_up(typed.strip()))
        else:
            self.set_error(word("login.need_server"))

    @Slot()
    def changeServer(self) -> None:  # noqa: N802
        """Choose another server."""
        self.set_error("")
        self.show(_page="server")

    @Slot(str)
    def goTo(self, page: str) -> None:  # noqa: N802
        """Show `sign_in`, `register`, `forgot` or `qr` of the chosen server."""
        self.set_error("")
        self.show(_page=page)

    @Slot()
    def leave(self) -> None:
        """Go back to where the accounts are that there are already."""
        self.cancel()
        self.show(_adding=False)
        self.left.emit()

    @Slot(str, str)
    def signIn(self, user_name: str, password: str) -> None:  # noqa: N802
        """Sign in with a password. A whole user id of another server leads there first."""
        if not user_name.strip():
            self.set_error(word("login.need_username"))
        elif not password:
            self.set_error(word("login.need_password"))
        else:
            self.act(self._sign_in(user_name.strip(), password))

    @Slot(str)
    def signInWith(self, provider_id: str) -> None:  # noqa: N802
        """Sign in with a provider in the browser; empty: let the server's page ask which."""
        self._travel(lambda: self._sign_in_with(provider_id or None))

    @Slot(bool)
    def signInInBrowser(self, register: bool) -> None:  # noqa: N802
        """Sign in, or make an account, on the server's own page."""
        self._travel(lambda: self._sign_in_in_browser(register))

    @Slot()
    def openAgain(self) -> None:  # noqa: N802
        """Begin the trip to the browser anew: the page was closed, or never came."""
        if self._trip is not None:
            trip = self._trip
            self.cancel()
            trip()

    @Slot()
    def cancel(self) -> None:
        """Give up what runs."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._page == "browser":
            self.show(_page="sign_in")

    @Slot()
    def addAnother(self) -> None:  # noqa: N802
        """Ask for a further account, on any server."""
        self._again = None
        self.set_error("")
        self.show(_adding=True, _user_name="", _page="sign_in" if self._homeserver else "server")
        self.changed.emit()

    @Slot(str)
    def continueAccount(self, user_id: str) -> None:  # noqa: N802
        """Ask to sign in again to an account whose session the server ended softly."""
        self.act(self._continue_account(user_id))

    async def _continue_account(self, user_id: str) -> None:
        client = self._accounts.accounts.get(user_id)
        session = await self.bridge.call(lambda: client.me) if client is not None else None
        if session is not None:
            self.continue_session(session)

    def continue_session(self, session: Session) -> None:
        """Ask to sign in again to a session that the server ended softly."""
        self._again = session
        self.show(_user_name=session.user_id, _adding=False)
        self.changed.emit()
        self.act(self._look_up(session.homeserver_url))

    async def enter(
        self, session: Session, *, new: bool, prepare: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Open the account of a session that has been won; `prepare` works on it before it is shown."""
        await self.bridge.call(self._accounts.add, session)
        if prepare is not None:
            await prepare()
        self._again = None
        self.show(_page="sign_in", _user_name="", _adding=False)
        self.signedIn.emit(session.user_id, new)

    async def _look_up(self, typed: str) -> None:
        homeserver = await self.bridge.call(lambda: discover(self._accounts.http, typed))
        self._show_server(homeserver, "" if "://" in typed else homeserver.name)
        if typed.startswith("@") and self._again is None:
            self.show(_user_name=typed)
        try:
            options = await self.bridge.call(lambda: registration_options(self._accounts.http, homeserver))
        except ClientError:
            options = RegistrationOptions(is_open=False)
        name = self._user_server or await self.bridge.call(
            lambda: named_by_itself(self._accounts.http, homeserver.url)
        )
        if self._homeserver is homeserver:
            self.show(
                _user_server=name,
                _can_register=options.is_open and self._again is None,
                _registers_in_browser=options.in_browser and not options.flows,
            )

    def _show_server(self, homeserver: Homeserver, user_server: str) -> None:
        self._homeserver = homeserver
        self.show(
            _page="sign_in",
            _server_name=homeserver.name,
            _server_url=homeserver.url,
            _user_server=user_server,
            _insecure=homeserver.url.startswith("http:") and not is_loopback(homeserver.url),
            _has_password=homeserver.has_password,
            _has_sso=homeserver.has_sso,
            _has_oauth=homeserver.has_oauth,
            _has_qr=homeserver.has_qr and self._again is None,
            _providers=homeserver.providers,
            _can_register=False,
            _registers_in_browser=False,
        )

    async def _sign_in(self, user_name: str, password: str) -> None:
        if user_name.startswith("@") and ":" in user_name and self._again is None:
            server_name = user_name.partition(":")[2]
            if server_name not in (self._server_name, self._server_url):
                await self._follow_user_id(user_name)
        homeserver = self._chosen()
        http, clock, again = self._accounts.http, self._accounts.clock, self._again
        if again is not None:
            session = await self.bridge.call(
                lambda: log_in_again(http, again, password, clock=clock, device_name=device_name())
            )
        else:
            session = await self.bridge.call(
                lambda: log_in_with_password(
                    http, homeserver.url, user_name, password, clock=clock, device_name=device_name()
                )
            )
        await self.enter(session, new=False)

    async def _follow_user_id(self, user_id: str) -> None:
        """Go where the user id's server says; stay where that name leads nowhere (a test server, say)."""
        try:
            homeserver = await self.bridge.call(lambda: discover(self._accounts.http, user_id))
        except ClientError:
            return
        self._show_server(homeserver, homeserver.name)

    async def _sign_in_with(self, provider_id: str | None) -> None:
        homeserver = self._chosen()
        session = await self.bridge.call(
            lambda: sign_in_with_sso(
                self._accounts.http,
                homeserver.url,
                self._browser.open,
                browser_words(),
                clock=self._accounts.clock,
                device_name=device_name(),
                provider_id=provider_id,
                again=self._again,
            )
        )
        await self.enter(session, new=False)

    async def _sign_in_in_browser(self, register: bool) -> None:
        homeserver = self._chosen()
        session = await self.bridge.call(
            lambda: sign_in_with_oauth(
                self._accounts.http,
                homeserver,
                self._browser.open,
                browser_words(),
                DESCRIPTION,
                clock=self._accounts.clock,
                register=register,
                again=self._again,
            )
        )
        await self.enter(session, new=register)

    def _travel(self, trip: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Go to the browser and wait for what comes back."""

        def begin() -> None:
            self.show(_page="browser")
            self.act(self._come_back(trip()))

        self._trip = begin
        begin()

    async def _come_back(self, trip: Awaitable[None]) -> None:
        try:
            await trip
        except ClientError:
            self.show(_page="sign_in")
            raise

    @Slot()
    def _browser_failed(self) -> None:
        if self._page == "browser":
            self.cancel()
            self.set_error(word("error.no_browser"))

    def _chosen(self) -> Homeserver:
        if self._homeserver is None:
            raise Cancelled
        return self._homeserver


def device_name() -> str:
    """What this device is called in the user's list until they rename it."""
    system = platform.system()
    return word("login.device_name", SYSTEM_NAMES.get(system, system))


def browser_words() -> BrowserWords:
    """What the browser says when it has handed over."""
    return BrowserWords(title=word("login.browser_done_title"), text=word("login.browser_done_text"))
