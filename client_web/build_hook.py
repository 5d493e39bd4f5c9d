"""Builds the web client when a wheel, or an installation in place, of the project is made."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent.parent))

from client_web.build import FILES, build_if_stale


class WebClientBuildHook(BuildHookInterface[Any]):
    """Puts what was built into the wheel, as files of the package `client_web`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files of the wheel are gathered. Raises: BuildFailed."""
        build_if_stale()
        if version == "editable":
            return  # the package is found where it is
        package = FILES.parent
        for name in ("__init__.py", FILES.name):
            build_data["force_include"][str(package / name)] = f"{package.name}/{name}"
