"""What of the web client is measured, what is aimed at, and the table of it."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.workload import Figure

FIGURES: tuple[Figure, ...] = (
    Figure("scripts_kb", "scripts until the chat can be used, gzipped", "kB", aim=400),
    Figure("first_ms", "first load with 200 rooms, median of five browsers", "ms", aim=1_500),
    Figure("first_max_ms", "first load with 200 rooms, the slowest of them", "ms"),
    Figure("again_ms", "the next load, from what is stored", "ms", aim=1_500),
    Figure("switch_p50_ms", "switching to a room not open before, median", "ms", aim=100),
    Figure("switch_p95_ms", "switching to a room not open before, p95", "ms"),
    Figure("switch_again_p50_ms", "switching to a room open before, median", "ms", aim=100),
    Figure("seen_p50_ms", "sending to seeing in another browser, median", "ms", aim=100),
    Figure("seen_p95_ms", "sending to seeing in another browser, p95", "ms"),
    Figure("frame_p50_ms", "a frame while scrolling 10,000 events, median", "ms", aim=17),
    Figure("frame_p95_ms", "a frame while scrolling, p95", "ms", aim=17),
    Figure("frames_late", "frames that took two or more, of 100", ""),
    Figure("rows", "events scrolled through", ""),
)
ROW = "{:<52} {:>5} {:>10} {:>10}"


def render_web(found: Mapping[str, float]) -> str:
    """Return the table; empty where nothing was measured."""
    lines = [ROW.format("web client", "unit", "value", "aim")] if found else []
    for figure in FIGURES:
        if figure.key in found:
            aim = "" if figure.aim is None else f"<= {figure.aim:g}"
            lines.append(ROW.format(figure.label, figure.unit, f"{found[figure.key]:,.1f}", aim).rstrip())
    return "".join(f"{line}\n" for line in lines)
