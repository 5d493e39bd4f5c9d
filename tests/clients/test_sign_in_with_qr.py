"""Signing in by QR code, both devices on matrix-js-sdk: rendezvous, device grant, secrets of the account."""

import asyncio
from pathlib import Path

import pytest

from tests.clients.test_matrix_js_sdk import CHAT_LIMIT_S, INSTALL_LIMIT_S, install_packages, run_node
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port


@pytest.mark.timeout(INSTALL_LIMIT_S + CHAT_LIMIT_S)
async def test_a_new_device_signs_in_with_the_qr_code_of_another(tmp_path: Path) -> None:
    await asyncio.to_thread(install_packages)
    port = free_port()
    settings = {"listeners": [{"port": port}], "public_baseurl": f"http://127.0.0.1:{port}"}
    async with running_parlour(tmp_path / "data", settings) as server:
        output = await asyncio.to_thread(run_node, "qr.js", server.base_url, limit_s=CHAT_LIMIT_S)
    assert "qr: ok" in output
