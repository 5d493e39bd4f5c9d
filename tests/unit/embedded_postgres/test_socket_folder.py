"""Where the socket goes."""

import os
import stat
from pathlib import Path

import pytest

from homeserver.embedded_postgres import EmbeddedPostgresError, socket_folder
from homeserver.embedded_postgres.owner import Owner
from homeserver.embedded_postgres.socket_folder import LONGEST_SOCKET_PATH, SOCKET_NAME, make_socket_folder

ME = Owner("me", os.geteuid(), os.getegid(), is_other=False)


@pytest.fixture(autouse=True)
def no_system_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(socket_folder, "SYSTEM_RUN", tmp_path / "absent")


@pytest.fixture
def short_path(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path_factory.mktemp("s")
    monkeypatch.setattr("tempfile.tempdir", str(path))
    return path


def test_it_is_in_the_data_folder_and_closed_to_others(short_path: Path) -> None:
    folder = make_socket_folder(short_path, ME)
    assert folder == short_path / "run"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["x" * 100, "with space", "comma,", "quote'", "ümlaut"])
def test_path_that_a_socket_cannot_have_is_replaced_by_a_short_one(short_path: Path, name: str) -> None:
    data_dir = short_path / name
    data_dir.mkdir()
    folder = make_socket_folder(data_dir, ME)
    assert folder.parent == short_path
    assert len(str(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
    assert make_socket_folder(data_dir, ME) == folder


def test_folders_of_different_data_differ(short_path: Path) -> None:
    names = [short_path / "a b", short_path / "c d"]
    assert len({make_socket_folder(name, ME) for name in names}) == 2


def test_link_that_somebody_put_there_is_refused(short_path: Path) -> None:
    data_dir = short_path / "with space"
    folder = make_socket_folder(data_dir, ME)
    folder.rmdir()
    folder.symlink_to(short_path)
    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        make_socket_folder(data_dir, ME)
