"""Numbers that other parts of the process want to see at /metrics, asked for only when somebody looks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Sample:
    """One number. `name` has no prefix; counters only ever grow."""

    name: str
    help: str
    value: float
    kind: Literal["gauge", "counter"] = "gauge"
    labels: dict[str, str] = field(default_factory=dict)


class Gauges:
    """The sources of samples: each is called once per scrape, on the event loop, and must not wait."""

    def __init__(self) -> None:
        self._sources: list[Callable[[], Iterable[Sample]]] = []

    def add(self, source: Callable[[], Iterable[Sample]]) -> None:
        """Have `source` asked at each scrape."""
        self._sources.append(source)

    def samples(self) -> list[Sample]:
        """Ask every source."""
        return [sample for source in self._sources for sample in source()]
