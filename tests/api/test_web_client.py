"""The web client as the server hands it out; the client itself is tested elsewhere."""

from pathlib import Path

import pytest

from homeserver.client_api import web_client
from homeserver.config.settings import Settings
from tests.api.client import ApiClient

EVERYTHING = {"listeners": [{"port": 0, "serve": ["client", "media", "web", "health"]}]}
everything = pytest.mark.parametrize("overrides", [EVERYTHING])

SCRIPT = "main-0a1b2c3d.js"


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client that was built, small enough to know all of it."""
    files = {
        "index.html": "<!doctype html><title>Parlour</title>",
        f"code/{SCRIPT}": "x" * 2_000,
        f"code/{SCRIPT}.br": "squeezed",
        "assets/icon.svg": "<svg/>",
        "sw.js": "",
        "built-from": "secret",
    }
    for name, text in files.items():
        file = tmp_path / "dist" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    monkeypatch.setattr(web_client, "FILES", tmp_path / "dist")
    return tmp_path / "dist"


@everything
async def test_every_page_of_the_client_is_the_one_page(client: ApiClient) -> None:
    for path in ("/", "/login", "/register", "/chat/!room:x/$event", "/settings/devices", "/admin"):
        async with client.session.get(client.base_url + path) as response:
            assert response.status == 200, path
            assert "<title>Parlour" in await response.text()
            assert response.headers["Content-Type"] == "text/html"
            assert response.headers["Cache-Control"] == "no-cache"
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert "Access-Control-Allow-Origin" not in response.headers


@everything
async def test_a_path_of_nobody_is_shown_by_the_client_as_not_found(client: ApiClient) -> None:
    async with client.session.get(client.base_url + "/nowhere") as response:
        assert response.status == 404
        assert "<title>Parlour" in await response.text()


@everything
async def test_unknown_endpoints_stay_unknown_endpoints(client: ApiClient) -> None:
    for path in ("/_matrix", "/_matrix/client/v3/nothing", "/.well-known/nothing"):
        async with client.session.get(client.base_url + path) as response:
            assert response.status == 404
            assert (await response.json())["errcode"] == "M_UNRECOGNIZED"


@everything
async def test_code_is_kept_for_good_and_compressed_for_who_takes_that(client: ApiClient) -> None:
    url = f"{client.base_url}/code/{SCRIPT}"
    async with client.session.get(url, headers={"Accept-Encoding": "identity"}) as response:
        assert response.headers["Content-Type"] == "text/javascript"
        assert "immutable" in response.headers["Cache-Control"]
        assert len(await response.read()) == 2_000
    async with client.session.get(url, headers={"Accept-Encoding": "br"}, auto_decompress=False) as response:
        assert response.headers["Content-Encoding"] == "br"
        assert await response.read() == b"squeezed"


@everything
async def test_what_was_seen_before_is_not_sent_again(client: ApiClient) -> None:
    async with client.session.get(client.base_url + "/") as response:
        etag = response.headers["ETag"]
    async with client.session.get(client.base_url + "/", headers={"If-None-Match": etag}) as response:
        assert response.status == 304


@everything
async def test_nothing_but_built_files_is_served(client: ApiClient) -> None:
    names = (
        "built-from",
        "code/..%2findex.html",
        "code/%2e%2e%2f%2e%2e%2fpyproject.toml",
        f"code/{SCRIPT}.br",
    )
    for name in names:
        async with client.session.get(f"{client.base_url}/{name}") as response:
            assert response.status == 404, name
            assert "secret" not in await response.text()


@everything
async def test_a_server_without_a_built_client_says_what_to_do(client: ApiClient, built: Path) -> None:
    (built / "index.html").unlink()
    async with client.session.get(client.base_url + "/") as response:
        assert response.status == 503
        assert "client_web.build" in await response.text()


@pytest.mark.parametrize(
    "overrides", [{**EVERYTHING, "web": {"homeservers": ["https://matrix.example.org/"]}}]
)
async def test_the_client_may_talk_to_the_homeservers_that_the_operator_names(client: ApiClient) -> None:
    async with client.session.get(client.base_url + "/config.json") as response:
        assert (await response.json())["homeservers"] == ["https://matrix.example.org/"]
    async with client.session.get(client.base_url + "/chat") as response:
        policy = response.headers["Content-Security-Policy"]
    assert "connect-src 'self' https://matrix.example.org wss://matrix.example.org;" in policy


@everything
async def test_the_client_learns_how_browsers_are_notified(client: ApiClient, alice: ApiClient) -> None:
    capabilities = (await alice.get("/_matrix/client/v3/capabilities")).ok()["capabilities"]
    async with client.session.get(client.base_url + "/config.json") as response:
        web_push = (await response.json())["web_push"]
    assert web_push["vapid"] == capabilities["org.matrix.msc4174.webpush"]["vapid"]
    assert web_push["gateway"].endswith("/_matrix/push/v1/notify")


@pytest.mark.parametrize("overrides", [{**EVERYTHING, "push": {"gateway": False}}])
async def test_the_client_learns_of_no_gateway_where_there_is_none(client: ApiClient) -> None:
    async with client.session.get(client.base_url + "/config.json") as response:
        assert "web_push" not in await response.json()


def test_without_named_homeservers_any_over_tls_may_be_talked_to() -> None:
    assert "connect-src 'self' https: wss:;" in web_client.security_policy(Settings())


@everything
async def test_a_client_that_was_built_anew_needs_no_restart(client: ApiClient, built: Path) -> None:
    async with client.session.get(f"{client.base_url}/code/{SCRIPT}") as response:
        assert response.status == 200
    (built / "code" / "new-1.js").write_text("new")
    (built / "index.html").unlink()
    (built / "index.html").write_text("<title>Parlour, new</title>")
    async with client.session.get(f"{client.base_url}/code/new-1.js") as response:
        assert await response.text() == "new"
