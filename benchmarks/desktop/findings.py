"""What has been found out about the desktop client so far, and what could not be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Findings:
    """Filled while measuring, so that what breaks takes nothing of what was measured before with it."""

    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    """By scenario and figure key."""
    failures: dict[str, list[str]] = field(default_factory=dict)
    """By scenario: why figures are missing, in words."""

    def found(self, scenario: str, figures: Mapping[str, float]) -> None:
        self.figures.setdefault(scenario, {}).update(figures)

    def failed(self, scenario: str, why: str) -> None:
        sys.stderr.write(f"desktop_{scenario}: {why}\n")
        self.failures.setdefault(scenario, []).append(why.partition("\n")[0])
