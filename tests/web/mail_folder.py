"""Mails that a server of the tests' own receives, as files for the scripts in browsers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.smtp_server import SmtpServer


@asynccontextmanager
async def mails_in(folder: Path, server: SmtpServer) -> AsyncIterator[dict[str, str]]:
    """Put each mail into a file of its own, as it arrives; yields what tells a script of the folder."""

    async def deliver() -> None:
        number = 0
        while True:
            mail = await server.arrived.get()
            number += 1
            partial = folder / "partial"
            partial.write_text(mail.part("plain"))
            partial.rename(folder / f"mail{number}.txt")

    delivering = asyncio.create_task(deliver())
    try:
        yield {"PARLOUR_MAILS": str(folder)}
    finally:
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
