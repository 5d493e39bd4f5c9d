"""Running the TypeScript of client_web/tests with the wheel's Node.js against a server.

With the environment variable SCREENSHOTS, the scripts look at every page on their way and keep
pictures there.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from client_web.build import ROOT, install_packages, node_folder

DRIVEN = ROOT / "tests" / "driven"
LOOKING_TAKES = 6
"""By how much a script is slower that takes pictures."""
COLORS = 192


def time_for(limit_s: float) -> float:
    """Return how long a test may take that runs a script: what is around it takes time as well."""
    return limit_s * (LOOKING_TAKES if os.environ.get("SCREENSHOTS") else 1) + 120


def run_script(
    name: str, server_url: str, *, limit_s: float, environment: Mapping[str, str] | None = None
) -> str:
    """Run `client_web/tests/driven/<name>.ts` and return what it printed; its failure is the test's."""
    install_packages()
    node = str(node_folder() / "bin" / "node")
    command = [node, "--disable-warning=ExperimentalWarning", str(DRIVEN / f"{name}.ts")]
    surroundings = {**os.environ, "PARLOUR_URL": server_url, **(environment or {})}
    pictures = os.environ.get("SCREENSHOTS")
    if pictures:
        surroundings["PARLOUR_PICTURES"] = str(Path(pictures).resolve())
    result = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True,
        timeout=limit_s * (LOOKING_TAKES if pictures else 1), check=False,
    )  # fmt: skip
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-9000:]}"
    if pictures:
        _shrink(Path(pictures))
    return result.stdout


def _shrink(folder: Path) -> None:
    """Write the pictures anew with few colors: they are looked at, not printed."""
    for file in folder.glob("*.png"):
        with Image.open(file) as picture:
            if picture.mode == "P":
                continue
            small = picture.convert("RGB").quantize(COLORS)
        small.save(file, optimize=True)
