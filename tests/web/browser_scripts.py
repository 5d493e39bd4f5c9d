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
COLORS = 96


def time_for(limit_s: float, *, thorough: bool = False) -> float:
    """Return how long a test may take that runs a script: what is around it takes time as well."""
    return _limit(limit_s, thorough=thorough) + 120


def _limit(limit_s: float, *, thorough: bool) -> float:
    return limit_s * (LOOKING_TAKES if thorough or os.environ.get("SCREENSHOTS") else 1)


def run_script(
    name: str,
    server_url: str,
    *,
    limit_s: float,
    thorough: bool = False,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run `client_web/tests/driven/<name>.ts` and return what it printed; its failure is the test's.

    `thorough` has axe look in every width and theme at what the script looks at, and not in one of them.
    """
    install_packages()
    node = str(node_folder() / "bin" / "node")
    command = [node, "--disable-warning=ExperimentalWarning", str(DRIVEN / f"{name}.ts")]
    surroundings = {**os.environ, "PARLOUR_URL": server_url, **(environment or {})}
    pictures = os.environ.get("SCREENSHOTS")
    if pictures:
        surroundings["PARLOUR_PICTURES"] = str(Path(pictures).resolve())
    if thorough:
        surroundings["PARLOUR_THOROUGH"] = "1"
    result = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True,
        timeout=_limit(limit_s, thorough=thorough), check=False,
    )  # fmt: skip
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[:20_000]}"
    if pictures:
        _shrink(Path(pictures))
    return result.stdout


def _shrink(folder: Path) -> None:
    """Write the pictures anew with few colors, as WebP: there are hundreds of them."""
    for file in folder.glob("*.png"):
        with Image.open(file) as picture:
            small = picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        small.convert("RGB").save(file.with_suffix(".webp"), lossless=True, method=4)
        file.unlink()
