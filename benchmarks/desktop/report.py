"""What of the desktop client is measured, what is aimed at, and the table of it."""

from __future__ import annotations

from benchmarks.desktop.findings import Findings
from benchmarks.workload import Figure

FIGURES: dict[str, tuple[str, tuple[Figure, ...]]] = {
    "start": (
        "start with a stored account of 500 rooms",
        (
            Figure("first_frame_ms", "process start to the rooms' first frame", "ms", aim=400),
            Figure("first_frame_cpu_ms", "of that by the processor", "ms", aim=400),
            Figure("ready_ms", "process start until rooms can be opened", "ms"),
        ),
    ),
    "switch": (
        "switching to a room",
        (
            Figure("p50_ms", "not open before, median", "ms", aim=50),
            Figure("p95_ms", "not open before, p95", "ms"),
            Figure("p50_cpu_ms", "not open before, by the processor", "ms", aim=50),
            Figure("again_p50_ms", "open before, median", "ms", aim=50),
            Figure("again_p95_ms", "open before, p95", "ms"),
            Figure("again_p50_cpu_ms", "open before, by the processor", "ms", aim=50),
        ),
    ),
    "scroll": (
        "scrolling a timeline of 20,000 events",
        (
            Figure("p50_ms", "a frame, median", "ms", aim=16),
            Figure("p95_ms", "a frame, p95", "ms", aim=16),
            Figure("longest_ms", "the longest frame", "ms"),
            Figure("p95_cpu_ms", "a frame by the processor, p95", "ms", aim=16),
            Figure("rows", "rows gone through", ""),
        ),
    ),
    "burst": (
        "a burst of 1,000 messages",
        (
            Figure("longest_ms", "the interface is blocked at most", "ms", aim=50),
            Figure("over_50_ms", "times over 50 ms", ""),
            Figure("longest_cpu_ms", "the longest by the processor", "ms", aim=50),
            Figure("seconds", "until all are shown", "s"),
        ),
    ),
    "memory": (
        "resident memory with that account",
        (
            Figure("idle_mb", "the room list alone", "MB", aim=180),
            Figure("rss_mb", "a room of 20,000 events open", "MB", aim=180),
            Figure("after_switching_mb", "after 30 rooms", "MB", aim=180),
        ),
    ),
    "nheko": (
        "start beside nheko, on a screen",
        (
            Figure("parlour_rooms_ms", "Parlour: process start to rooms", "ms"),
            Figure("parlour_rooms_cpu_ms", "Parlour: of that by the processor", "ms"),
            Figure("parlour_idle_mb", "Parlour: memory with the room list", "MB"),
            Figure("nheko_rooms_ms", "nheko: process start to rooms", "ms"),
            Figure("nheko_rooms_cpu_ms", "nheko: of that by the processor", "ms"),
            Figure("nheko_idle_mb", "nheko: memory with the room list", "MB"),
        ),
    ),
}
NAMES = tuple(f"desktop_{scenario}" for scenario in FIGURES)
ROW = "{:<42} {:<42} {:>5} {:>10} {:>10}"


def chosen_scenarios(only: tuple[str, ...]) -> tuple[str, ...]:
    """Say which scenarios are meant by names of `--only`; "desktop" is all, and so is no name."""
    if not only or "desktop" in only:
        return tuple(FIGURES)
    return tuple(scenario for scenario in FIGURES if f"desktop_{scenario}" in only)


def render_desktop(findings: Findings) -> str:
    """Return the table; empty where nothing was measured."""
    scenarios = [each for each in FIGURES if each in findings.figures or each in findings.failures]
    lines = [ROW.format("desktop client", "figure", "unit", "value", "aim")] if scenarios else []
    for scenario in scenarios:
        title, rows = FIGURES[scenario]
        figures = findings.figures.get(scenario, {})
        for row in rows:
            if row.key in figures:
                aim = "" if row.aim is None else f"<= {row.aim:g}"
                lines.append(ROW.format(title, row.label, row.unit, f"{figures[row.key]:,.1f}", aim).rstrip())
        lines += [f"{title:<42} {why}" for why in findings.failures.get(scenario, ())]
    return "".join(f"{line}\n" for line in lines)
