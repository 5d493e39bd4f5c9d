"""All ways into an account, for the interface: one object that knows this client's name and browser."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp

from client_desktop.core.accounts import discovery, login, registration
from client_desktop.core.accounts.account_settings import reset_forgotten_password
from client_desktop.core.accounts.homeserver import Homeserver, RegistrationOptions
from client_desktop.core.accounts.loopback import BrowserWords
from client_desktop.core.accounts.oauth_client import ClientDescription
from client_desktop.core.accounts.oauth_sign_in import sign_in_with_oauth
from client_desktop.core.accounts.qr.conversation import QrPrompt
from client_desktop.core.accounts.qr.new_device import NewDevice
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sso import OpenBrowser, sign_in_with_sso
from client_desktop.core.accounts.stages import InteractivePrompt
from client_desktop.core.clock import Clock


@dataclass(frozen=True, slots=True)
class SignIn:
    """Each method returns the new session, to be given to `engine.add`. All raise `ClientError`s."""

    http: aiohttp.ClientSession
    clock: Clock
    open_browser: OpenBrowser
    words: BrowserWords
    description: ClientDescription
    device_name: str
    """What the account's other devices call this one: the client's name and the machine's."""

    async def discover(self, typed: str) -> Homeserver:
        """Find a server by a user id, a name or an address."""
        return await discovery.discover(self.http, typed)

    async def with_password(self, homeserver: Homeserver, user: str, password: str) -> Session:
        return await login.log_in_with_password(
            self.http, homeserver.url, user, password, clock=self.clock, device_name=self.device_name
        )

    async def with_token(self, homeserver: Homeserver, token: str) -> Session:
        """Sign in with a login token that another device gave."""
        return await login.log_in_with_token(
            self.http, homeserver.url, token, clock=self.clock, device_name=self.device_name
        )

    async def with_sso(
        self, homeserver: Homeserver, provider_id: str | None = None, *, register: bool = False
    ) -> Session:
        """Sign in through the browser; cancelling the task gives up."""
        return await sign_in_with_sso(
            self.http,
            homeserver.url,
            self.open_browser,
            self.words,
            clock=self.clock,
            device_name=self.device_name,
            provider_id=provider_id,
            register=register,
        )

    async def with_oauth(
        self, homeserver: Homeserver, *, register: bool = False, login_hint: str = ""
    ) -> Session:
        """Sign in, or make an account, on the server's page in the browser."""
        return await sign_in_with_oauth(
            self.http,
            homeserver,
            self.open_browser,
            self.words,
            self.description,
            clock=self.clock,
            register=register,
            login_hint=login_hint,
        )

    def with_qr_code(self, prompt: QrPrompt) -> NewDevice:
        """Sign in with the help of a device that is signed in: `show` a code or `scan` the other's.

        The result holds the account's secrets too (`qr.bundle.secrets_of_bundle`).
        """
        return NewDevice(self.http, self.clock, prompt, self.description)

    async def again_with_password(self, session: Session, password: str) -> Session:
        """Go on after a soft logout."""
        return await login.log_in_again(
            self.http, session, password, clock=self.clock, device_name=self.device_name
        )

    async def again_in_browser(self, session: Session) -> Session:
        """Go on after a soft logout, the way the server has: its OAuth page, else single sign-on."""
        homeserver = await discovery.look_at(self.http, session.homeserver_url)
        if homeserver.has_oauth:
            return await sign_in_with_oauth(
                self.http,
                homeserver,
                self.open_browser,
                self.words,
                self.description,
                clock=self.clock,
                login_hint=f"mxid:{session.user_id}",
                again=session,
            )
        return await sign_in_with_sso(
            self.http,
            homeserver.url,
            self.open_browser,
            self.words,
            clock=self.clock,
            device_name=self.device_name,
            again=session,
        )

    async def registration_options(self, homeserver: Homeserver) -> RegistrationOptions:
        return await registration.registration_options(self.http, homeserver)

    async def user_name_problem(self, homeserver: Homeserver, name: str) -> str:
        """Return the error word of why nobody can be called so; empty where the name is free."""
        return await registration.user_name_problem(self.http, homeserver.url, name)

    async def register(
        self, homeserver: Homeserver, user_name: str, password: str, prompt: InteractivePrompt
    ) -> Session:
        return await registration.register_account(
            self.http,
            homeserver.url,
            user_name,
            password,
            prompt,
            clock=self.clock,
            device_name=self.device_name,
        )

    async def reset_password(
        self, homeserver: Homeserver, new_password: str, prompt: InteractivePrompt
    ) -> None:
        """Set a new password, having proved an e-mail address of the account."""
        await reset_forgotten_password(self.http, homeserver.url, new_password, prompt)
