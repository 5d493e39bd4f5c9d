"""Start the client as users start it, watched: FIGURES SCENARIO DATA_DIR.

`PARLOUR_BENCH_STARTED` holds `time.monotonic()` of the moment when the process was made.
"""

from __future__ import annotations

import sys
from pathlib import Path

import client_desktop.main as command
from client_desktop.desktop.single_instance import SingleInstance

really_run = command._run


def main(figures_file: str, scenario: str, data_dir: str) -> int:
    """Start the client on a stored account and go through a scenario."""

    async def run(data_dir: Path, instance: SingleInstance, links: list[str], *, hidden: bool) -> None:
        # Imported where the client imports its own, so that a start takes what it takes for users.
        import client_desktop.app
        from benchmarks.desktop.watched_app import WatchedApp

        WatchedApp.figures_file = Path(figures_file)
        WatchedApp.scenario = scenario
        vars(client_desktop.app)["DesktopApp"] = WatchedApp
        await really_run(data_dir, instance, links, hidden=hidden)

    vars(command)["_run"] = run
    return command.main(["--data-dir", data_dir])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
