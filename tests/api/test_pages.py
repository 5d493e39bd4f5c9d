"""The server's own pages."""

import pytest

from tests.api.client import ApiClient

EVERYTHING = [{"port": 0, "serve": ["client", "media", "web", "health"]}]


@pytest.mark.parametrize("overrides", [{"listeners": EVERYTHING}])
async def test_the_pages_and_what_they_need_are_served_without_inline_code(client: ApiClient) -> None:
    for path, kind in (
        ("/", "html"),
        ("/register", "html"),
        ("/pages/page.css", "css"),
        ("/pages/register.js", "javascript"),
    ):
        async with client.session.get(client.base_url + path) as response:
            text = await response.text()
            assert response.status == 200
            assert kind in response.headers["Content-Type"]
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            assert "style=" not in text
            assert "<script>" not in text


@pytest.mark.parametrize("overrides", [{"listeners": EVERYTHING}])
async def test_only_the_pages_files_are_served(client: ApiClient) -> None:
    for name in ("pages.py", "%2e%2e%2fpages.py", ""):
        async with client.session.get(f"{client.base_url}/pages/{name}") as response:
            assert response.status in (404, 405)
