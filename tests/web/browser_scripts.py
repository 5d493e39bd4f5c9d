"""Running the TypeScript of client_web/tests with the wheel's Node.js against a server."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from client_web.build import ROOT, install_packages, node_folder

DRIVEN = ROOT / "tests" / "driven"


def run_script(
    name: str,
    server_url: str,
    *arguments: str,
    limit_s: float,
    pictures: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run `client_web/tests/driven/<name>.ts` and return what it printed; its failure is the test's.

    Args:
        pictures: a folder for the pictures that it takes; none are taken without.
    """
    install_packages()
    script = DRIVEN / f"{name}.ts"
    node = str(node_folder() / "bin" / "node")
    command = [node, "--disable-warning=ExperimentalWarning", str(script), *arguments]
    surroundings = {**os.environ, "PARLOUR_URL": server_url, **(environment or {})}
    if pictures is not None:
        surroundings["PARLOUR_PICTURES"] = str(pictures)
    result = subprocess.run(
        command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=limit_s, check=False
    )
    assert result.returncode == 0, f"{result.stdout[-3000:]}\n{result.stderr[-6000:]}"
    return result.stdout
