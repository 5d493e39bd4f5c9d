"""What cannot be run is refused with one sentence that says what to do, as an operator sees it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from homeserver.cli import main
from tests.cli.test_commands import ask
from tests.support.small_disk import SmallDisk, small_disk


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the logging of the test run as it is, and open no port that others want."""
    monkeypatch.setattr("homeserver.logging.configure_logging", lambda *_: None)
    monkeypatch.setenv("PARLOUR_LISTENERS", '[{"port": 0}]')


@pytest.fixture
def database(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", database_url)
    monkeypatch.setenv("PARLOUR_SERVER_NAME", "one.example")
    monkeypatch.setenv("PARLOUR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PARLOUR_FEDERATION__ENABLED", "false")
    return database_url


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "1m") as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk, and not everywhere")
        yield disk


def refusal(*arguments: str) -> str:
    """Return the one line that a command ends with."""
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.count("\n") == 1, result.output
    line = result.stderr.rstrip("\n")
    return line.removeprefix("Error: ")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_address_that_is_taken(database: str, monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PARLOUR_LISTENERS", f'[{{"port": {port}}}]')
        line = refusal("run", "--workers", workers)
    assert line == (
        f"the listener http://127.0.0.1:{port} cannot be opened: address already in use: "
        "another server listens there; stop it, or set another port"
    )


@pytest.mark.parametrize("bind", ["192.0.2.1", "2001:db8::1"])
def test_address_that_this_machine_has_not(database: str, monkeypatch: pytest.MonkeyPatch, bind: str) -> None:
    monkeypatch.setenv("PARLOUR_LISTENERS", f'[{{"bind": "{bind}", "port": 0}}]')
    assert "this machine has no such address" in refusal("run")


@pytest.mark.parametrize("command", [["run"], ["config", "check"]])
def test_certificate_that_is_not_there(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    file = tmp_path / "fullchain.pem"
    listener = f'[{{"port": 0, "tls_certificate": "{file}", "tls_key": "{file}"}}]'
    monkeypatch.setenv("PARLOUR_LISTENERS", listener)
    assert refusal(*command) == f"{file}: No such file or directory"
    trustme.CA().cert_pem.write_to_path(file)
    assert refusal(*command).startswith(f"{file} with {file}: they are no certificate chain and key")


def test_database_of_another_server(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert CliRunner().invoke(main, ["token", "create"]).exit_code == 0
    monkeypatch.setenv("PARLOUR_SERVER_NAME", "two.example")
    assert refusal("run") == (
        "server_name is two.example, but this database belongs to one.example: "
        "each server has a database of its own, and a name that can never change"
    )


def test_database_of_a_newer_version(database: str) -> None:
    ask(database, "INSERT INTO schema_migrations VALUES (9999, 'later', 'x', now(), 9999)")
    line = refusal("run")
    assert line.startswith("the database has schema version 9999, newer than this server's ")
    assert line.endswith("start the newer server that migrated it, or restore a backup made before")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("DROP TABLE schema_migrations", "the database is empty: is this the server's data_dir"),
        ("DELETE FROM schema_migrations WHERE version > 20", "`parlour migrate` brings it up to date"),
        (
            "INSERT INTO schema_migrations VALUES (9999, 'x', 'x', now(), 1)",
            "use the newer server's commands",
        ),
    ],
)
def test_check_of_a_database_of_another_version(database: str, change: str, reason: str) -> None:
    ask(database, change)
    assert reason in refusal("check")


def test_data_folder_that_is_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    monkeypatch.setenv("PARLOUR_DATA_DIR", str(tmp_path / "data"))
    assert refusal("run") == f"data_dir {tmp_path / 'data'} cannot be made: File exists"


def test_signing_key_that_is_damaged(database: str, tmp_path: Path) -> None:
    key = tmp_path / "data" / "signing.key"
    key.parent.mkdir()
    key.write_text("ed25519 a_1")
    assert refusal("run").startswith(f"signing key file {key}: ")


def test_signing_key_that_is_not_the_servers(database: str, tmp_path: Path) -> None:
    ask(database, "INSERT INTO instance VALUES ('signing_key', 'ed25519:a_1 of the first worker')")
    line = refusal("run")
    assert line.startswith("the signing key file holds ")
    assert "this server signs with ed25519:a_1 of the first worker; " in line


def test_database_that_lets_nobody_in(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLOUR_DATABASE_URL", database.replace("//parlour@", "//nobody@"))
    assert refusal("run").startswith("the database refuses the connection: ")


@pytest.mark.parametrize("command", [["run"], ["config", "check"]])
def test_object_store_without_an_address(
    database: str, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("PARLOUR_MEDIA_URL", "s3://bucket")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "minio:9000")
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[1:] == [
        "  AWS_ENDPOINT_URL: should be the store's URL, as https://minio.example.org:9000"
    ]


@pytest.mark.parametrize("command", ["run", "migrate", "check"])
def test_disk_that_cannot_be_written(disk: SmallDisk, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    data = disk.folder / "data"
    data.mkdir()
    disk.close_to_writing()
    monkeypatch.setenv("PARLOUR_DATA_DIR", str(data))
    assert refusal(command) == (
        f"{data / 'lock'}: Read-only file system: "
        "mount it so that it can be written, or set `data_dir` to a folder elsewhere"
    )


def test_backup_onto_a_full_disk_leaves_no_backup(disk: SmallDisk, database: str) -> None:
    assert CliRunner().invoke(main, ["token", "create"]).exit_code == 0
    disk.fill(100_000)
    line = refusal("backup", str(disk.folder / "night"))
    assert "No space left on device" in line
    assert not (disk.folder / "night").exists()
