"""Settings of one account: password, addresses, devices, closing it.

An account that signed in through OAuth is managed on the server's own pages; then what would need a password
raises `ManagedInBrowser` with the page to open, before anything is asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import aiohttp

from client_desktop.core.accounts.capabilities import Capabilities, fetch_capabilities
from client_desktop.core.accounts.email_stage import EmailPurpose, EmailValidation, send_validation
from client_desktop.core.accounts.interactive_auth import with_interactive_auth
from client_desktop.core.accounts.managed_elsewhere import ManagedInBrowser
from client_desktop.core.accounts.oauth_metadata import fetch_oauth_metadata
from client_desktop.core.accounts.own_devices import (
    DeviceRecord,
    delete_devices,
    fetch_devices,
    rename_device,
)
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.stages import InteractivePrompt
from client_desktop.core.accounts.threepids import (
    ThirdPartyId,
    add_threepid,
    fetch_threepids,
    remove_threepid,
)
from client_desktop.core.api import Api
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_objects, as_text

PASSWORD: Final = "/_matrix/client/v3/account/password"
DEACTIVATE: Final = "/_matrix/client/v3/account/deactivate"
LOGIN_TOKEN: Final = "/_matrix/client/v1/login/get_token"
SYNC: Final = "/_matrix/client/v3/sync"
NOTHING_BUT_ACCOUNT_DATA: Final = '{"room":{"rooms":[]},"presence":{"types":[]}}'

ACTION_PROFILE: Final = "org.matrix.profile"
ACTION_DEVICES: Final = "org.matrix.devices_list"
ACTION_DEVICE_DELETE: Final = "org.matrix.device_delete"
ACTION_DEACTIVATE: Final = "org.matrix.account_deactivate"

T = TypeVar("T")


class AccountSettings:
    """What the account's owner can see and change about it."""

    def __init__(self, api: Api, session: Session, http: aiohttp.ClientSession) -> None:
        self._api = api
        self._session = session
        self._http = http

    async def with_interactive_auth(
        self, call: Callable[[JsonObject | None], Awaitable[T]], prompt: InteractivePrompt
    ) -> T:
        """Send a request of this account, proving what the server wants proved.

        Raises: Cancelled, and what the request raises.
        """
        return await with_interactive_auth(call, prompt, api=self._api, user_id=self._session.user_id)

    async def account_url(self, action: str = "", device_id: str = "") -> str | None:
        """Return where the account is managed in the browser; None where there is no such page.

        Raises: ClientError.
        """
        metadata = await fetch_oauth_metadata(self._http, self._session.homeserver_url)
        return None if metadata is None else metadata.account_url(action, device_id)

    async def capabilities(self) -> Capabilities:
        """Raises: ClientError."""
        return await fetch_capabilities(self._api)

    async def change_password(
        self, new_password: str, prompt: InteractivePrompt, *, sign_out_others: bool = True
    ) -> None:
        """Raises: ManagedInBrowser, Cancelled, ClientError (M_WEAK_PASSWORD)."""
        await self._require_password(ACTION_PROFILE)
        body: JsonObject = {"new_password": new_password, "logout_devices": sign_out_others}
        await self._post_with_auth(PASSWORD, body, prompt)

    async def deactivate(self, prompt: InteractivePrompt, *, erase: bool) -> None:
        """Close the account for good. `erase`: others shall see as little of its messages as can be had.

        Raises: ManagedInBrowser, Cancelled, ClientError.
        """
        await self._require_password(ACTION_DEACTIVATE)
        await self._post_with_auth(DEACTIVATE, {"erase": erase}, prompt)

    async def emails_and_numbers(self) -> tuple[ThirdPartyId, ...]:
        """Raises: ClientError."""
        return await fetch_threepids(self._api)

    async def add_email(self, address: str, earlier: EmailValidation | None = None) -> EmailValidation:
        """Have a link sent to a new address; `confirm_email` when the user has followed it.

        Raises: ManagedInBrowser; MatrixError (M_THREEPID_IN_USE, M_THREEPID_DENIED), ClientError.
        """
        await self._require_password(ACTION_PROFILE)
        return await send_validation(self._api, EmailPurpose.ADD, address.strip(), earlier)

    async def confirm_email(self, validation: EmailValidation, prompt: InteractivePrompt) -> None:
        """Raises: MatrixError M_THREEPID_AUTH_FAILED before the link was followed, Cancelled, ClientError."""
        await self.with_interactive_auth(lambda auth: add_threepid(self._api, validation, auth), prompt)

    async def remove_address(self, medium: str, address: str) -> None:
        """Raises: ManagedInBrowser, ClientError."""
        await self._require_password(ACTION_PROFILE)
        await remove_threepid(self._api, medium, address)

    async def devices(self) -> tuple[DeviceRecord, ...]:
        """Raises: ClientError."""
        return await fetch_devices(self._api, self._session.device_id)

    async def rename_device(self, device_id: str, name: str) -> None:
        """Raises: ClientError."""
        await rename_device(self._api, device_id, name.strip())

    async def sign_out_devices(self, device_ids: Sequence[str], prompt: InteractivePrompt) -> None:
        """Sign other devices out.

        Raises: ManagedInBrowser, Cancelled, ClientError.
        """
        if len(device_ids) == 1:
            await self._require_password(ACTION_DEVICE_DELETE, device_ids[0])
        else:
            await self._require_password(ACTION_DEVICES)
        await self.with_interactive_auth(lambda auth: delete_devices(self._api, device_ids, auth), prompt)

    async def sign_out_all_others(self, prompt: InteractivePrompt) -> int:
        """Sign out every device but this one; return how many there were.

        Raises: ManagedInBrowser, Cancelled, ClientError.
        """
        others = [device.device_id for device in await self.devices() if not device.own]
        if others:
            await self.sign_out_devices(others, prompt)
        return len(others)

    async def login_token(self, prompt: InteractivePrompt) -> str:
        """Get a token that another client can sign in with, once and within a few minutes.

        Raises: ManagedInBrowser, Cancelled, ClientError.
        """
        await self._require_password("")
        return as_text((await self._post_with_auth(LOGIN_TOKEN, {}, prompt)).get("login_token"))

    async def export(self) -> JsonObject:
        """Return all that the server keeps of the account besides its rooms, to be saved as a file.

        Raises: ClientError.
        """
        synced = await self._api.get(SYNC, {"filter": NOTHING_BUT_ACCOUNT_DATA, "timeout": 0}, retry=True)
        events = as_objects(as_object(synced.get("account_data")).get("events"))
        return {
            "user_id": self._session.user_id,
            "devices": [_plain_device(device) for device in await self.devices()],
            "addresses": [
                {"medium": entry.medium, "address": entry.address}
                for entry in await self.emails_and_numbers()
            ],
            "account_data": {as_text(event.get("type")): as_object(event.get("content")) for event in events},
        }

    async def _post_with_auth(self, endpoint: str, body: JsonObject, prompt: InteractivePrompt) -> JsonObject:
        async def call(auth: JsonObject | None) -> JsonObject:
            return await self._api.post(endpoint, body if auth is None else {**body, "auth": auth})

        return await self.with_interactive_auth(call, prompt)

    async def _require_password(self, action: str, device_id: str = "") -> None:
        if self._session.uses_oauth:
            raise ManagedInBrowser(await self.account_url(action, device_id))


async def reset_forgotten_password(
    http: aiohttp.ClientSession,
    homeserver_url: str,
    new_password: str,
    prompt: InteractivePrompt,
    *,
    sign_out_others: bool = True,
) -> None:
    """Set a new password after proving an e-mail address of the account.

    Raises: Cancelled, ClientError.
    """
    api = Api(homeserver_url, http)
    body: JsonObject = {"new_password": new_password, "logout_devices": sign_out_others}

    async def call(auth: JsonObject | None) -> JsonObject:
        return await api.post(PASSWORD, body if auth is None else {**body, "auth": auth}, auth=False)

    await with_interactive_auth(call, prompt, api=api, email_purpose=EmailPurpose.PASSWORD)


def _plain_device(device: DeviceRecord) -> JsonObject:
    return {
        "device_id": device.device_id,
        "display_name": device.name,
        "last_seen_ip": device.last_seen_ip,
        "last_seen_ts": device.last_seen_ms,
    }
