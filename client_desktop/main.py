"""The command `parlour-desktop`."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import re
import sys
from pathlib import Path

import platformdirs

from client_desktop.load_qt import load_qt


def main(arguments: list[str] | None = None) -> int:
    """Run the client until the user leaves; return the exit status."""
    chosen = _parse(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(
        level=logging.DEBUG if chosen.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    os.environ.setdefault("QT_QUICK_CONTROLS_STYLE", "Basic")
    gc.disable()  # until the window is there: nearly all that is made before stays
    load_qt()
    from client_desktop.run import run

    return run(_data_dir(chosen.data_dir, chosen.profile), chosen.links, hidden=chosen.hidden)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="parlour-desktop", description="Chat on Matrix.")
    parser.add_argument("--data-dir", type=Path, help="where everything is kept")
    parser.add_argument("--profile", type=_profile, help="a separate set of accounts, by a name")
    parser.add_argument("--hidden", action="store_true", help="start without showing the window")
    parser.add_argument("--verbose", action="store_true", help="log more")
    parser.add_argument("links", nargs="*", help="matrix: or matrix.to links to open")
    return parser.parse_args(arguments)


def _profile(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name):
        raise argparse.ArgumentTypeError("letters, digits, - and _ only")
    return name


def _data_dir(chosen: Path | None, profile: str | None) -> Path:
    folder = chosen or Path(platformdirs.user_data_dir("parlour-desktop", "Parlour"))
    folder = folder / "profiles" / profile if profile else folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


if __name__ == "__main__":
    sys.exit(main())
