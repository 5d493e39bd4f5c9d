"""Somebody in a browser, told step by step what to do."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from client_web.build import install_packages, node_folder
from tests.desktop.js_partner import JsPartner, told_process
from tests.web.browser_scripts import DRIVEN


@asynccontextmanager
async def told_browser(
    server_url: str, pictures: Path, *, environment: Mapping[str, str] | None = None
) -> AsyncIterator[JsPartner]:
    """Somebody in a browser who does what `client_web/tests/driven/with_desktop.ts` can do."""
    await asyncio.to_thread(install_packages)
    node = str(node_folder() / "bin" / "node")
    command = (node, "--disable-warning=ExperimentalWarning", str(DRIVEN / "with_desktop.ts"))
    surroundings = {
        "PARLOUR_URL": server_url, "PARLOUR_PICTURES": str(pictures), **(environment or {}),
    }  # fmt: skip
    async with told_process(*command, environment=surroundings) as web:
        yield web
