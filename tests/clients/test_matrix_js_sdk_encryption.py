"""matrix-js-sdk with its Rust crypto: all that belongs to end-to-end encryption, over each transport."""

import asyncio
from pathlib import Path

import pytest

from homeserver.app import running_server
from tests.clients.test_matrix_js_sdk import CHAT_LIMIT_S, INSTALL_LIMIT_S, install_packages, run_node
from tests.support.settings_for_clients import settings_for_clients


@pytest.mark.timeout(INSTALL_LIMIT_S + CHAT_LIMIT_S)
@pytest.mark.parametrize("transport", ["sync", "sliding", "websocket"])
async def test_matrix_js_sdk_verifies_restores_and_reads_what_is_encrypted(
    tmp_path: Path, database_url: str, transport: str
) -> None:
    await asyncio.to_thread(install_packages)
    settings = settings_for_clients(tmp_path, database_url)
    async with running_server(settings) as server:
        output = await asyncio.to_thread(
            run_node, "encryption.js", server.base_url, transport, limit_s=CHAT_LIMIT_S
        )
    assert "encryption: ok" in output
