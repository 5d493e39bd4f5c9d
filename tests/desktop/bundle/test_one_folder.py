"""The desktop client as it is handed to people: in one folder, and known to their desktop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.xvfb import running_xvfb

REPOSITORY = Path(__file__).resolve().parents[3]
FILES = REPOSITORY / "deployments" / "desktop"
BUILD_WITHIN_S = 400
SHOWN_WITHIN_S = 200


def run(*command: str | Path, timeout_s: int = 60, **environment: str) -> str:
    """Run a program and return what it says; it must end well."""
    done = subprocess.run(
        [str(part) for part in command], env={**os.environ, **environment}, timeout=timeout_s,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_desktops_understand_the_entry_and_the_description() -> None:
    run("desktop-file-validate", FILES / "org.parlour.Desktop.desktop")
    run("appstreamcli", "validate", "--no-net", FILES / "org.parlour.Desktop.metainfo.xml")


@pytest.mark.timeout(BUILD_WITHIN_S + 120)
def test_one_folder_shows_its_window_where_nothing_else_is_installed(tmp_path: Path) -> None:
    run(
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN",
        "--distpath", tmp_path / "dist", "--workpath", tmp_path / "build", FILES / "parlour-desktop.spec",
        timeout_s=BUILD_WITHIN_S,
    )  # fmt: skip
    program = tmp_path / "dist" / "parlour-desktop" / "parlour-desktop"
    home = tmp_path / "home"
    home.mkdir()
    with running_xvfb() as display:
        bare = {"HOME": str(home), "DISPLAY": display, "LANG": "C.UTF-8", "QT_QUICK_BACKEND": "software"}
        process = subprocess.Popen([program, "--data-dir", home / "data"], env=bare, stderr=subprocess.PIPE)
        try:
            shown = ["xdotool", "search", "--sync", "--onlyvisible", "--pid", str(process.pid)]
            assert run(*shown, timeout_s=SHOWN_WITHIN_S, DISPLAY=display).strip()
        finally:
            process.terminate()
            _, said = process.communicate(timeout=120)
    assert b"Error" not in said, said.decode()
