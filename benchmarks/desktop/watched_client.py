"""Start the client as users start it, watched: FIGURES SCENARIO DATA_DIR.

`PARLOUR_BENCH_STARTED` holds `time.monotonic()` of the moment when the process was made.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path


def main(figures_file: str, scenario: str, data_dir: str) -> int:
    """Start the client on a stored account and go through a scenario."""
    # In the order in which the command loads its own, before anything that loads more.
    gc.disable()
    from client_desktop.load_qt import load_qt

    load_qt()
    import client_desktop.app
    from benchmarks.desktop.watched_app import WatchedApp
    from client_desktop.main import main as command

    WatchedApp.figures_file = Path(figures_file)
    WatchedApp.scenario = scenario
    vars(client_desktop.app)["DesktopApp"] = WatchedApp
    return command(["--data-dir", data_dir])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
