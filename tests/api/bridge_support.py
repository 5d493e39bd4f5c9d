"""An application service as a client of the server, beside the one that listens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from tests.api.client import ApiClient, Reply
from tests.support.application_service import ApplicationService


@dataclass(frozen=True)
class Ghost(ApiClient):
    """A user whom an application service acts as; `device_id` is sent along where there is one."""

    async def request(
        self,
        method: str,
        path: str,
        json: object = None,
        *,
        data: bytes | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        acting = {"user_id": self.user_id, **({"device_id": self.device_id} if self.device_id else {})}
        return await super().request(
            method, path, json, data=data, params={**acting, **(params or {})}, headers=headers
        )

    def on(self, device_id: str) -> Self:
        """Return the same user on a device."""
        return replace(self, device_id=device_id)


def acting_as(client: ApiClient, bridge: ApplicationService, localpart: str) -> Ghost:
    """Return a user of an application service, registered or not."""
    return Ghost(
        client.session, client.base_url, client.on_response, bridge.as_token, f"@{localpart}:example.org"
    )


async def make_ghost(client: ApiClient, bridge: ApplicationService, localpart: str) -> Ghost:
    """Register a user of an application service."""
    body = {"type": "m.login.application_service", "username": localpart, "inhibit_login": True}
    (await client.with_token(bridge.as_token).post("/register", body)).ok()
    return acting_as(client, bridge, localpart)
