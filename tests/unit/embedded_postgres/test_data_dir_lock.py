"""One server per data folder."""

import os
from pathlib import Path

import pytest

from homeserver.embedded_postgres import DataDirInUse
from homeserver.embedded_postgres.data_dir_lock import lock_data_dir


def test_second_server_is_refused_with_the_first_one_s_number(tmp_path: Path) -> None:
    refused = pytest.raises(DataDirInUse, match=f"process {os.getpid()}")
    with lock_data_dir(tmp_path), refused, lock_data_dir(tmp_path):
        pass


def test_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with lock_data_dir(tmp_path):
            pass
