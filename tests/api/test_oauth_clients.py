"""What OAuth clients find, and how they register."""

import pytest

from homeserver.http.context import Services
from homeserver.oauth import clients
from tests.api.client import ApiClient
from tests.api.oauth_calls import CLIENT, PUBLIC_URL, App, browser_for, register_app, sign_in
from tests.support.fake_clock import FakeClock


async def test_metadata_names_every_endpoint_and_what_it_supports(client: ApiClient) -> None:
    reply = await client.get("/_matrix/client/v1/auth_metadata")
    metadata = reply.ok()
    assert "max-age" in reply.headers["Cache-Control"]
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert metadata["issuer"] == f"{PUBLIC_URL}/"
    for name in ("authorization", "token", "revocation", "registration", "device_authorization"):
        assert metadata[f"{name}_endpoint"].startswith(f"{PUBLIC_URL}/oauth2/")
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert {"query", "fragment"} <= set(metadata["response_modes_supported"])
    assert "create" in metadata["prompt_values_supported"]
    assert "org.matrix.cross_signing_reset" in metadata["account_management_actions_supported"]
    for path in (
        "/_matrix/client/unstable/org.matrix.msc2965/auth_metadata",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ):
        same = (await client.get(path)).ok()
        assert "org.matrix.session_end" in same.pop("account_management_actions_supported")
        assert same == {name: value for name, value in metadata.items() if name in same}
    issuer = await client.get("/_matrix/client/unstable/org.matrix.msc2965/auth_issuer")
    assert issuer.ok() == {"issuer": metadata["issuer"]}
    well_known = (await client.get("/.well-known/matrix/client")).ok()
    assert well_known["org.matrix.msc2965.authentication"]["issuer"] == metadata["issuer"]


@pytest.mark.parametrize("overrides", [{"auth": {"oauth": False, "password_hash": "minimum"}}])
async def test_operator_can_turn_it_off(client: ApiClient) -> None:
    reply = await client.get("/_matrix/client/v1/auth_metadata")
    assert (reply.status, reply.errcode) == (404, "M_UNRECOGNIZED")
    assert (await register_app(client)).status == 404
    assert (await browser_for(client).open("/oauth2/authorize?client_id=x")).status == 404
    assert "org.matrix.msc2965.authentication" not in (await client.get("/.well-known/matrix/client")).ok()


async def test_registration_answers_with_what_was_registered(client: ApiClient) -> None:
    reply = await register_app(
        client, **{"client_name#fr": "Bavard"}, grant_types=["authorization_code", "magic"]
    )
    assert reply.status == 201
    assert reply.json == {
        **CLIENT,
        "client_id": reply.json["client_id"],
        "grant_types": ["authorization_code"],
        "application_type": "web",
    }
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


async def test_same_metadata_is_registered_once(client: ApiClient, services: Services) -> None:
    first = await register_app(client)
    again = await register_app(client, **{"client_name#fr": "Bavard"})
    other = await register_app(client, client_name="Other")
    assert first.json["client_id"] == again.json["client_id"] != other.json["client_id"]
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM oauth_clients") == 2


async def test_refusals_are_in_the_words_of_oauth(client: ApiClient) -> None:
    for members, error in (
        ({"redirect_uris": ["https://evil.example/"]}, "invalid_redirect_uri"),
        ({"client_uri": None}, "invalid_client_metadata"),
        ({"client_name": "x" * 256}, "invalid_client_metadata"),
    ):
        reply = await register_app(client, **members)
        assert (reply.status, reply.json["error"]) == (400, error)
        assert "errcode" not in reply.json
    assert (await register_app(client, client_name="x" * 100_000)).status == 413


async def test_client_is_forgotten_when_idle_but_never_while_somebody_is_signed_in(
    client: ApiClient, alice: ApiClient, clock: FakeClock, services: Services
) -> None:
    used = await App.register(client, client_name="Used")
    idle = await App.register(client, client_name="Idle")
    browser = browser_for(client)
    await sign_in(browser)
    await used.log_in(browser)
    clock.advance(clients.IDLE_MS + 1)
    await App.register(client, client_name="New")
    async with services.db.acquire() as conn:
        left = {row["client_id"] for row in await conn.fetch("SELECT client_id FROM oauth_clients")}
    assert used.client_id in left
    assert idle.client_id not in left


async def test_number_of_clients_is_bounded_and_idle_ones_make_room(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.setattr(clients, "MAX_CLIENTS", 2)
    for name in ("a", "b"):
        assert (await register_app(client, client_name=name)).status == 201
    assert (await register_app(client, client_name="c")).errcode == "M_LIMIT_EXCEEDED"
    clock.advance(clients.FLOW_MS)
    assert (await register_app(client, client_name="c")).status == 201
