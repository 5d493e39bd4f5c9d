"""The directory of another server, and its rooms, over real federation, in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.authority import Authority
from tests.support.parlour_process import ParlourProcess, running_parlour
from tests.support.ports import free_port
from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
async def test_rooms_of_another_server_are_found_joined_and_asked_about(tmp_path: Path) -> None:
    await asyncio.to_thread(build_if_stale)
    authority = Authority.make(tmp_path)
    async with (
        _federating(tmp_path / "here", authority) as (here, _),
        _federating(tmp_path / "there", authority) as (there, name),
    ):
        other = {"PARLOUR_OTHER_URL": there.base_url, "PARLOUR_OTHER_NAME": name}
        await asyncio.to_thread(
            run_script,
            "directory_elsewhere",
            here.base_url,
            limit_s=LIMIT_S,
            thorough=True,
            environment=other,
        )


@asynccontextmanager
async def _federating(data_dir: Path, authority: Authority) -> AsyncIterator[tuple[ParlourProcess, str]]:
    """A server that serves the client and reaches others with a certificate of the authority; its name."""
    port, federation_port = free_port(), free_port()
    name = f"127.0.0.1:{federation_port}"
    settings = {
        "server_name": name,
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [
            {"port": port, "serve": ["client", "media", "web", "health"]},
            {
                "port": federation_port,
                "serve": ["federation", "media"],
                "tls_certificate": str(authority.certificate_file),
                "tls_key": str(authority.key_file),
            },
        ],
        "federation": {
            "ca_file": str(authority.ca_file),
            "allow_private_addresses": True,
            "trusted_key_servers": [],
        },
    }
    async with running_parlour(data_dir, settings) as server:
        yield server, name
