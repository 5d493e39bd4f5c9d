"""The command line, run as an operator runs it."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeserver import __version__
from homeserver.cli import main
from homeserver.config.example import render_example
from homeserver.storage.db import Database


@pytest.fixture
def parlour(database_url: str, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", database_url)
    monkeypatch.setenv("PARLOUR_SERVER_NAME", "one.example")
    monkeypatch.setenv("PARLOUR_AUTH__PASSWORD_HASH", "minimum")
    return CliRunner()


def run(runner: CliRunner, *arguments: str, text: str = "") -> Result:
    return runner.invoke(main, arguments, input=text)


def ask(url: str, query: str) -> object:
    async def fetch() -> object:
        db = await Database.connect(url, max_connections=1)
        async with db.acquire() as conn:
            answer: object = await conn.fetchval(query)
        await db.close()
        return answer

    return asyncio.run(fetch())


def test_version_is_the_package_s() -> None:
    assert run(CliRunner(), "version").output == f"parlour {__version__}\n"


def test_example_is_printed_as_it_is() -> None:
    assert run(CliRunner(), "config", "example").output == render_example()


def test_good_configuration_is_fine() -> None:
    result = run(CliRunner(), "config", "check")
    assert (result.exit_code, result.output) == (0, "The configuration of localhost is fine.\n")


@pytest.mark.parametrize("command", [["config", "check"], ["migrate"], ["run"], ["token", "create"]])
def test_bad_configuration_ends_every_command_with_its_problems(tmp_path: Path, command: list[str]) -> None:
    path = tmp_path / "parlour.toml"
    path.write_text("workers = 0\nserver_nam = 'x'\n")
    result = run(CliRunner(), *command, "--config", str(path))
    assert result.exit_code == 1
    assert "  workers: should be greater than or equal to 1 (it is 0)\n" in result.output
    assert "  server_nam: unknown key; did you mean server_name?\n" in result.output
    assert "Traceback" not in result.output


def test_configuration_file_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "parlour.toml"
    path.write_text("server_name = 'file.example'\n")
    monkeypatch.setenv("PARLOUR_CONFIG", str(path))
    assert "file.example" in run(CliRunner(), "config", "check").output


def test_migrate_says_when_there_is_nothing_to_do(parlour: CliRunner) -> None:
    result = run(parlour, "migrate")
    assert (result.exit_code, result.output) == (0, "The schema is up to date.\n")


def test_sound_database_passes_check(parlour: CliRunner) -> None:
    result = run(parlour, "check")
    assert result.exit_code == 0
    assert "BROKEN" not in result.output


def test_broken_database_fails_check(parlour: CliRunner, database_url: str) -> None:
    ask(database_url, "INSERT INTO auth_edges VALUES (1, 99)")
    result = run(parlour, "check")
    assert result.exit_code == 1
    assert "BROKEN every auth event of a stored state event is stored\n" in result.output
    assert "event_nid=1 auth_nid=99" in result.output


def test_account_is_made_changed_and_closed(parlour: CliRunner, database_url: str) -> None:
    made = run(parlour, "user", "create", "alice", "--admin", text="correct horse\ncorrect horse\n")
    assert made.exit_code == 0, made.output
    assert made.output.endswith("Made @alice:one.example.\n")
    assert "correct horse" not in made.output
    assert ask(database_url, "SELECT is_admin FROM accounts") is True

    assert run(parlour, "user", "admin", "alice", "--revoke").output == (
        "@alice:one.example is no longer a server admin.\n"
    )
    assert ask(database_url, "SELECT is_admin FROM accounts") is False

    before = ask(database_url, "SELECT password_hash FROM accounts")
    changed = run(parlour, "user", "password", "alice", "--password-file", "-", text="battery staple\n")
    assert changed.output == "Set the password of @alice:one.example.\n"
    assert ask(database_url, "SELECT password_hash FROM accounts") != before

    assert run(parlour, "user", "deactivate", "alice", text="n\n").exit_code == 1
    assert ask(database_url, "SELECT deactivated_ts FROM accounts") is None
    assert run(parlour, "user", "deactivate", "alice", "--yes").exit_code == 0
    assert ask(database_url, "SELECT deactivated_ts FROM accounts") is not None


def test_name_that_is_taken_is_refused(parlour: CliRunner) -> None:
    arguments = ("user", "create", "alice", "--password-file", "-")
    assert run(parlour, *arguments, text="correct horse\n").exit_code == 0
    again = run(parlour, *arguments, text="correct horse\n")
    assert again.exit_code == 1
    assert again.output.startswith("Error: ")


def test_account_that_is_not_there_is_refused(parlour: CliRunner) -> None:
    result = run(parlour, "user", "admin", "nobody")
    assert (result.exit_code, result.output) == (1, "Error: There is no such account on this server\n")


def test_registration_token_is_made(parlour: CliRunner, database_url: str) -> None:
    result = run(parlour, "token", "create", "--token", "let-me-in", "--uses", "3", "--expires", "2d")
    assert (result.exit_code, result.output) == (0, "let-me-in\n")
    assert ask(database_url, "SELECT uses_allowed FROM registration_tokens") == 3


@pytest.mark.parametrize("span", ["2", "soon"])
def test_expiry_without_unit_is_refused(span: str) -> None:
    result = run(CliRunner(), "token", "create", "--expires", span)
    assert result.exit_code == 2
    assert "30d" in result.output


def test_database_of_another_server_is_refused(parlour: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(parlour, "token", "create").exit_code == 0
    monkeypatch.setenv("PARLOUR_SERVER_NAME", "two.example")
    result = run(parlour, "token", "create")
    assert result.exit_code == 1
    assert "this database belongs to one.example" in result.output


def test_database_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/absent")
    result = run(CliRunner(), "migrate")
    assert result.exit_code == 1
    [line] = result.output.splitlines()
    assert line.startswith("Error: The database cannot be reached at the moment (")
    assert line.endswith("): does PostgreSQL run, and is database_url right?")
    assert "127.0.0.1" in line
