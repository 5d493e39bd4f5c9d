"""What an account's owner granted to clients."""

from tests.api.client import ApiClient
from tests.api.oauth_calls import CLIENT, App, browser_for, scope, sign_in

GRANTS = "/_parlour/account/v1/grants"


async def test_what_was_granted_is_listed_with_the_client_and_its_device(
    client: ApiClient, alice: ApiClient
) -> None:
    assert (await alice.get(GRANTS)).ok() == {"grants": []}
    app = await App.register(client)
    browser = browser_for(client)
    await sign_in(browser)
    await app.log_in(browser)

    [grant] = (await alice.get(GRANTS)).ok()["grants"]
    assert grant["client"] == {
        "client_id": app.client_id,
        "name": CLIENT["client_name"],
        "uri": CLIENT["client_uri"],
        "logo_uri": None,
    }
    assert (grant["device_id"], grant["scope"]) == (app.device_id, scope())


async def test_a_grant_ends_with_its_device(client: ApiClient, alice: ApiClient) -> None:
    app = await App.register(client)
    browser = browser_for(client)
    await sign_in(browser)
    tokens = await app.log_in(browser)
    granted = alice.with_token(tokens["access_token"])
    assert len((await granted.get(GRANTS)).ok()["grants"]) == 1

    question = await browser.open(
        f"/oauth2/account?action=org.matrix.device_delete&device_id={app.device_id}"
    )
    await browser.submit(question)
    assert (await alice.get(GRANTS)).ok() == {"grants": []}
    assert (await granted.get(GRANTS)).status == 401


async def test_nobody_sees_the_grants_of_another(client: ApiClient, alice: ApiClient, bob: ApiClient) -> None:
    app = await App.register(client)
    browser = browser_for(client)
    await sign_in(browser)
    await app.log_in(browser)
    assert (await bob.get(GRANTS)).ok() == {"grants": []}
    assert (await client.get(GRANTS)).status == 401
