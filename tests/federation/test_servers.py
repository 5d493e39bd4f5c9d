"""Servers started beside each other reach each other's federation port by name, and keep what they have."""

from tests.support.authority import Authority
from tests.support.federation_servers import FederationServer


async def test_servers_keep_their_accounts_over_a_restart(
    two_servers: tuple[FederationServer, FederationServer], authority: Authority
) -> None:
    first, second = two_servers
    alice = await first.user("alice")
    assert alice.user_id == f"@alice:{first.name}"
    await first.stop()
    assert second.is_running
    await first.start()
    assert (await alice.whoami()).ok()["user_id"] == alice.user_id
    url = f"https://{first.name}/_matrix/client/versions"
    async with alice.session.get(url, ssl=authority.client_context()) as answer:
        assert answer.status == 200
