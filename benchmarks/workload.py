"""What a workload is: a preparation, a measurement, and the figures it yields."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from benchmarks.homeserver import Homeserver

Prepared = TypeVar("Prepared")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how much to measure."""

    measure_s: float
    repetitions: int
    delivery_messages: int
    requests: int
    large_room_members: int
    large_room_messages: int
    joined_room_members: int

    def warm_up(self) -> "Plan":
        """The shorter pass whose figures are thrown away."""
        return replace(
            self,
            measure_s=self.measure_s / 3,
            delivery_messages=max(self.delivery_messages // 5, 2),
            requests=max(self.requests // 4, 2),
            large_room_messages=max(self.large_room_messages // 5, 2),
        )


FULL = Plan(
    measure_s=10,
    repetitions=3,
    delivery_messages=100,
    requests=40,
    large_room_members=50_000,
    large_room_messages=100,
    joined_room_members=20_000,
)
QUICK = Plan(
    measure_s=3,
    repetitions=1,
    delivery_messages=20,
    requests=10,
    large_room_members=2_000,
    large_room_messages=30,
    joined_room_members=2_000,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `aim` is the budget it is held against, in the same unit."""

    key: str
    label: str
    unit: str
    aim: float | None = None
    more_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Workload(Generic[Prepared]):
    """`prepare` runs once a server, `measure` once to warm up and once a repetition."""

    name: str
    title: str
    figures: tuple[Figure, ...]
    prepare: Callable[[Homeserver, Plan], Awaitable[Prepared]]
    measure: Callable[[Homeserver, Prepared, Plan], Awaitable[dict[str, float]]]
    servers: frozenset[str] = frozenset({"parlour", "synapse"})
    warm_up: bool = True
    repeat: bool = True
