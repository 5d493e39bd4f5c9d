"""What a way to log in is: one entry of the table in `client_api.login`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

import msgspec
from aiohttp import web

from homeserver.accounts.sessions import DeviceRequest, Login
from homeserver.accounts.stages import Identifier
from homeserver.http.context import Services
from homeserver.json_types import JsonObject


class LoginBody(msgspec.Struct):
    """POST /login. `user`, `medium` and `address` are older ways of saying `identifier`."""

    type: str
    identifier: Identifier | None = None
    user: str | None = None
    medium: str | None = None
    address: str | None = None
    password: str | None = None
    token: str | None = None
    device_id: str | None = None
    initial_device_display_name: str | None = None
    refresh_token: bool = False

    @property
    def device(self) -> DeviceRequest:
        """What the client says of its device."""
        return DeviceRequest(self.device_id, self.initial_device_display_name, self.refresh_token)


Flow: TypeAlias = Callable[[Services], JsonObject | None]
"""What GET /login says beside the type; None where this way to log in is turned off, or not said."""

LogIn: TypeAlias = Callable[[web.Request, LoginBody], Awaitable[Login]]
"""What POST /login does; raises MatrixError."""


@dataclass(frozen=True, slots=True)
class LoginType:
    """One way to log in. `log_in` is None where the way leads through web pages."""

    flow: Flow
    log_in: LogIn | None
