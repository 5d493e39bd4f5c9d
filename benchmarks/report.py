"""The table a person reads, and the JSON a program reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from benchmarks.desktop.findings import Findings
from benchmarks.workload import Figure, Workload

SERVERS = ("parlour", "synapse", "aiohttp")
ROW = "{:<50} {:<40} {:>5} {:>10} {:>10} {:>8} {:>8} {:>10}"


@dataclass(slots=True)
class Report:
    """All that one run measured and found; figures by server, workload and figure key."""

    machine: dict[str, str]
    fdatasync: dict[str, float]
    pinning: dict[str, str]
    postgresql: dict[str, dict[str, str]] = field(default_factory=dict)
    figures: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    desktop: Findings = field(default_factory=Findings)
    """Of the desktop client."""
    web: dict[str, float] = field(default_factory=dict)
    """Of the web client, by figure key."""
    workers: dict[str, dict[str, float]] = field(default_factory=dict)
    """Of several workers, by how many and what is between them, and figure key."""

    def add(self, server: str, workload: str, figures: dict[str, float]) -> None:
        self.figures.setdefault(server, {})[workload] = figures

    def figure(self, server: str, workload: str, key: str) -> float | None:
        return self.figures.get(server, {}).get(workload, {}).get(key)

    def save(self, path: Path) -> None:
        """Write everything as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "machine": self.machine,
            "fdatasync": self.fdatasync,
            "pinning": self.pinning,
            "postgresql": self.postgresql,
            "figures": self.figures,
            "desktop": self.desktop.figures,
            "desktop_failures": self.desktop.failures,
            "web": self.web,
            "workers": self.workers,
        }
        path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def render_report(report: Report, workloads: tuple[Workload[Any], ...]) -> str:
    """Return the conditions of the run and the table of its figures."""
    lines = [
        _facts("machine", report.machine),
        _facts("fdatasync", {key: f"{value:.2f}" for key, value in report.fdatasync.items()}),
        _facts("cores", report.pinning),
    ]
    lines += [_facts(f"PostgreSQL of {server}", settings) for server, settings in report.postgresql.items()]
    lines += ["", ROW.format("workload", "figure", "unit", *SERVERS, "ratio", "aim")]
    for workload in workloads:
        for figure in workload.figures:
            row = _row(report, workload, figure)
            if row is not None:
                lines.append(row)
    lines.append("")
    lines += _ceiling(report)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _row(report: Report, workload: Workload[Any], figure: Figure) -> str | None:
    values = [report.figure(server, workload.name, figure.key) for server in SERVERS]
    if all(value is None for value in values):
        return None
    cells = [_number(value) for value in values]
    aim = "" if figure.aim is None else f"{'>=' if figure.more_is_better else '<='} {figure.aim:,g}"
    return ROW.format(workload.title, figure.label, figure.unit, *cells, _ratio(figure, *values[:2]), aim)


def _ratio(figure: Figure, ours: float | None = None, theirs: float | None = None) -> str:
    """How many times better ours is, whichever way better points."""
    if not ours or not theirs:
        return ""
    return f"{ours / theirs if figure.more_is_better else theirs / ours:.1f}x"


def _ceiling(report: Report) -> list[str]:
    ours = report.figure("parlour", "sends", "per_s")
    ceiling = report.figure("aiohttp", "sends", "per_s")
    if not ours or not ceiling:
        return []
    return [f"sends: {ours / ceiling:.1%} of what a bare aiohttp handler answers on the same core"]


def _facts(title: str, facts: Mapping[str, str]) -> str:
    return f"{title}: " + ", ".join(f"{key} {value}" for key, value in facts.items())


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
