"""Check the web client: types (tsc), style and layers (Biome); with `tests`, its unit tests (Vitest).

`python -m client_web.check [types] [style] [tests]`: all but the tests when nothing is named.
"""

import subprocess
import sys
from platform import machine
from typing import Final

from client_web.build import ROOT, BuildFailed, install_packages, node_folder

BIOME: Final = f"@biomejs/cli-linux-{'arm64' if machine() in ('aarch64', 'arm64') else 'x64'}/biome"
"""A program of its own; all else is for Node.js."""

COMMANDS: Final = {
    "types": ("typescript/bin/tsc", "--noEmit"),
    "style": (BIOME, "check", "--error-on-warnings"),
    "tests": ("vitest/vitest.mjs", "run"),
    "format": (BIOME, "check", "--write"),
}
BY_ITSELF: Final = ("types", "style")


def main() -> None:
    """Run what is named; the exit code is 1 when something is not as it should be."""
    named = sys.argv[1:] or BY_ITSELF
    if unknown := set(named) - set(COMMANDS):
        sys.exit(f"Nothing of this name: {', '.join(sorted(unknown))}; there are {', '.join(COMMANDS)}")
    try:
        install_packages()
    except BuildFailed as error:
        sys.exit(str(error))
    failed = [name for name in named if not check(name)]
    sys.exit(f"Not as it should be: {', '.join(failed)}" if failed else 0)


def check(name: str) -> bool:
    """Run one check, whose findings go to this terminal; return whether there were none."""
    script, *arguments = COMMANDS[name]
    command = [str(ROOT / "node_modules" / script), *arguments]
    if script != BIOME:
        command.insert(0, str(node_folder() / "bin" / "node"))
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    main()
