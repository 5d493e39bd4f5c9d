"""What an administrator is told of other servers, and of how others see this one."""

from datetime import datetime
from typing import Final

import pytest

from federation.protocol.ids import ServerName
from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_admin
from homeserver.admin.checks.own_address import check_address, check_certificate
from homeserver.clock import SystemClock
from homeserver.config.federation import Federation
from homeserver.peers.contacts import Contacts
from tests.api.client import ApiClient
from tests.support.federation_servers import FederationServer

TwoServers = tuple[FederationServer, FederationServer]
HERE = "/_parlour/admin/v1"
DAY_MS: Final = 24 * 3_600_000


async def admin_of(server: FederationServer) -> ApiClient:
    admin = await server.user("root")
    accounts = server.services.accounts
    await set_admin(accounts, (await find_account(accounts, "root")).user_nid, True)
    return admin


async def test_own_server_is_looked_at_as_others_see_it(one_server: FederationServer) -> None:
    admin = await admin_of(one_server)
    checks = {check["check"]: check for check in (await admin.get(f"{HERE}/checks")).ok()["checks"]}
    assert (checks["federation"]["finding"], checks["address"]["finding"]) == (
        "federation_fine",
        "address_fine",
    )
    assert one_server.name in checks["federation"]["words"]


@pytest.mark.parametrize("overrides", [{"federation": {"enabled": False}}])
async def test_server_that_keeps_to_itself_checks_no_other(one_server: FederationServer) -> None:
    admin = await admin_of(one_server)
    checks = (await admin.get(f"{HERE}/checks")).ok()["checks"]
    assert "federation_off" in {check["finding"] for check in checks}
    assert (await admin.get(f"{HERE}/federation/check/example.org")).status == 400
    assert (await admin.get(f"{HERE}/federation/destinations")).ok()["enabled"] is False


async def test_another_server_is_checked_step_by_step(two_servers: TwoServers) -> None:
    first, second = two_servers
    admin = await admin_of(first)
    steps = (await admin.get(f"{HERE}/federation/check/{second.name}")).ok()["steps"]
    assert [step["step"] for step in steps] == [
        "discovery", "addresses", "TLS", "version", "keys", "signing",
    ]  # fmt: skip
    assert all(step["works"] and step["took_ms"] >= 0 for step in steps)


async def test_answers_of_others_are_remembered_with_how_long_they_took(two_servers: TwoServers) -> None:
    first, second = two_servers
    admin, bob = await admin_of(first), await second.user("bob")
    transport = first.services.admin.transport
    assert transport is not None
    contacts = Contacts(first.services.db, SystemClock())
    transport.client.on_answer = contacts.note
    (await admin.get(f"/profile/{bob.user_id}")).ok()
    contacts.note(ServerName("late.example"), 0.25)
    await contacts.write()
    await contacts.write()
    listed = (await admin.get(f"{HERE}/federation/destinations")).ok()["destinations"]
    trips = {server["server"]: server["round_trip_ms"] for server in listed}
    assert trips["late.example"] == 250
    assert 0 < trips[second.name] < 10_000


async def test_certificate_is_looked_at_as_an_app_would(one_server: FederationServer) -> None:
    port = one_server.settings.listeners[1].port
    settings = one_server.settings.model_copy(update={"public_baseurl": f"https://127.0.0.1:{port}"})
    now_ms = SystemClock().now_ms()
    found = await check_certificate(settings, now_ms)
    assert found is not None
    assert (found.check, found.values["host"]) == ("certificate", "127.0.0.1")
    ends = datetime.fromisoformat(f"{found.values['until']}T00:00:00+00:00")
    soon = await check_certificate(settings, int(ends.timestamp() * 1000) - 3 * DAY_MS)
    assert soon is not None
    assert soon.name == "certificate_ends"
    assert (await check_address(settings)).name == "address_fine"
    stranger = settings.model_copy(update={"federation": Federation()})
    untrusted = await check_certificate(stranger, now_ms)
    assert untrusted is not None
    assert untrusted.name == "certificate_bad"
    assert (await check_address(stranger)).name == "address_unreachable"
