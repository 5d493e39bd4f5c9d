"""Links to people and rooms are opened with this client where the user wants that, and it is asked once."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from client_desktop.desktop import link_handler
from client_desktop.desktop.link_handler import ENTRY, NotRegistered, entry_text, own_command
from client_desktop.viewmodels.links import LinksModel
from client_desktop.viewmodels.preferences import PreferencesModel

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no entries")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of their own, with no desktop running."""
    for name, folder in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("HOME", "home")):
        (tmp_path / folder).mkdir()
        monkeypatch.setenv(name, str(tmp_path / folder))
    for name in ("XDG_CURRENT_DESKTOP", "DESKTOP_SESSION", "KDE_FULL_SESSION", "GNOME_DESKTOP_SESSION_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "everybody"))
    return tmp_path


@linux_only
@pytest.mark.skipif(shutil.which("xdg-mime") is None, reason="xdg-utils are not installed")
def test_the_system_is_told_and_says_so(home: Path) -> None:
    assert link_handler.is_possible()
    assert not link_handler.is_registered()
    link_handler.register(["/opt/my programs/parlour", "--profile", 'a"b%c$'])
    assert link_handler.is_registered()
    written = (home / "data" / "applications" / ENTRY).read_text()
    assert "MimeType=x-scheme-handler/matrix;" in written
    asked = ["xdg-mime", "query", "default", "x-scheme-handler/matrix"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert listed.stdout.strip() == ENTRY


@linux_only
@pytest.mark.skipif(shutil.which("xdg-mime") is None, reason="xdg-utils are not installed")
def test_the_entry_of_a_package_is_used(home: Path) -> None:
    installed = home / "everybody" / "applications" / ENTRY
    installed.parent.mkdir(parents=True)
    installed.write_text(entry_text(["parlour-desktop"]))
    link_handler.register()
    assert link_handler.is_registered()
    assert not (home / "data" / "applications" / ENTRY).exists()


def test_a_command_is_quoted_as_entries_want_it() -> None:
    (line,) = [line for line in entry_text(["/a b/c", "x%y", "plain"]).splitlines() if "Exec" in line]
    assert line == 'Exec="/a b/c" x%%y plain %U'
    assert shlex.split(entry_text(["say $1"]).partition("Exec=")[2].splitlines()[0])[0] == "say \\$1"
    assert Path(own_command()[0]).is_absolute()


class Handler:
    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails
        self.registered = False

    def is_possible(self) -> bool:
        return True

    def is_registered(self) -> bool:
        return self.registered

    def register(self) -> None:
        if self.fails:
            raise NotRegistered("no")
        self.registered = True


async def settle(links: LinksModel) -> None:
    await links.close()
    await asyncio.sleep(0)


async def test_it_is_offered_once(qtbot: QtBot, tmp_path: Path) -> None:
    preferences = PreferencesModel(tmp_path / "preferences.json")
    links = LinksModel(preferences)
    assert (links.property("state"), links.property("offered")) == ("", False)
    links.use(Handler())
    await settle(links)
    assert (links.property("state"), links.property("offered")) == ("other", True)
    links.dismiss()
    assert not links.property("offered")
    again = LinksModel(PreferencesModel(tmp_path / "preferences.json"))
    again.use(Handler())
    await settle(again)
    assert (again.property("state"), again.property("offered")) == ("other", False)
    again.register()
    await settle(again)
    assert again.property("state") == "own"


async def test_a_system_that_refuses_is_told_about(qtbot: QtBot, tmp_path: Path) -> None:
    links = LinksModel(PreferencesModel(tmp_path / "preferences.json"))
    told: list[bool] = []
    links.done.connect(told.append)
    links.use(Handler(fails=True))
    await settle(links)
    links.register()
    await settle(links)
    assert told == [False]
    assert links.property("state") == "other"
