"""Reading what a postmaster wrote about itself."""

import os
from pathlib import Path

import pytest

from homeserver.embedded_postgres.cluster import Cluster
from homeserver.embedded_postgres.owner import Owner
from homeserver.embedded_postgres.postmaster import PidFile, find_postmaster, is_postmaster, read_pid_file

READY = "4711\n/data\n1700000000\n5432\n/run/parlour\n\n  1234  5678\nready   \n"


def write(folder: Path, text: str) -> None:
    (folder / "postmaster.pid").write_text(text)


def test_ready_postmaster_is_read_with_its_socket_folder(tmp_path: Path) -> None:
    write(tmp_path, READY)
    assert read_pid_file(tmp_path) == PidFile(4711, Path("/run/parlour"), True)


def test_starting_postmaster_is_not_ready(tmp_path: Path) -> None:
    write(tmp_path, READY.replace("ready   ", "starting"))
    assert read_pid_file(tmp_path) == PidFile(4711, Path("/run/parlour"), False)


@pytest.mark.parametrize("text", ["4711\n", "4711\n/data\n1700000000\n5432\n"])
def test_file_that_is_being_written_is_not_ready(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    assert read_pid_file(tmp_path) == PidFile(4711, None, False)


@pytest.mark.parametrize("text", ["", "\n", "nonsense\n"])
def test_broken_file_is_no_file(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    assert read_pid_file(tmp_path) is None


def test_absent_file_is_no_postmaster(tmp_path: Path) -> None:
    assert read_pid_file(tmp_path) is None


def test_process_that_was_given_the_same_number_is_no_postmaster(tmp_path: Path) -> None:
    write(tmp_path, READY.replace("4711", str(os.getpid())))
    assert not is_postmaster(os.getpid(), tmp_path)
    cluster = Cluster(tmp_path, Owner("me", os.geteuid(), os.getegid(), is_other=False))
    assert find_postmaster(cluster) is None
    assert not (tmp_path / "postmaster.pid").exists()
