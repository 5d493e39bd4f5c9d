"""parlour mail, as an operator runs it."""

import asyncio

import pytest
from click.testing import CliRunner, Result

from homeserver.cli import main
from tests.support.smtp_server import running_smtp_server


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, arguments)


async def test_mail_server_is_tried_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = await run("mail", "test", "alice@example.com")
    assert (unset.exit_code, "smtp.host" in unset.output) == (1, True)
    async with running_smtp_server() as server:
        for name, value in (
            ("HOST", "127.0.0.1"),
            ("PORT", str(server.port)),
            ("SECURITY", "none"),
            ("SENDER", "chat@example.org"),
        ):
            monkeypatch.setenv(f"PARLOUR_SMTP__{name}", value)
        taken = await run("mail", "test", "Alice@example.com")
        assert (taken.exit_code, "has taken" in taken.output) == (0, True)
        assert (await server.next_mail()).recipient == "alice@example.com"
        server.answers["RCPT"] = "550 no such user"
        refused = await run("mail", "test", "alice@example.com")
        assert (refused.exit_code, "550 no such user" in refused.output) == (1, True)
        assert (await run("mail", "test", "alice")).exit_code == 1
    away = await run("mail", "test", "alice@example.com")
    assert (away.exit_code, "takes no mail" in away.output, "Traceback" in away.output) == (1, True, False)
