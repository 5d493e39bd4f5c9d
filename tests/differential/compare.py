"""Holds two implementations' verdicts to each other, and makes a graph on which they differ small."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeAlias

from tests.differential.generate import graph_of
from tests.differential.graph import Graph, GraphVerdicts
from tests.differential.known_differences import is_known, is_known_crash
from tests.differential.our_verdicts import our_verdicts

Judge: TypeAlias = Callable[[Graph], GraphVerdicts]


@dataclass(frozen=True)
class Difference:
    """A graph on which two implementations differ, and the first point in which they do."""

    graph: Graph
    steps: list[int]
    description: str


def find_difference(version: str, steps: list[int], other: Judge) -> Difference | None:
    """Ask our core and another implementation about one graph."""
    graph = graph_of(version, steps)
    description = _describe(graph, our_verdicts(graph), other(graph))
    return None if description is None else Difference(graph, steps, description)


def shrink(difference: Difference, other: Judge) -> Difference:
    """Leave out steps as long as the implementations still differ."""
    version = difference.graph.version.identifier
    size = max(1, len(difference.steps) // 2)
    while size:
        start = 1
        while start < len(difference.steps):
            steps = difference.steps[:start] + difference.steps[start + size :]
            smaller = find_difference(version, steps, other)
            if smaller is None:
                start += size
            else:
                difference = smaller
        size //= 2
    return difference


def render(difference: Difference) -> str:
    """Return all that is needed to look into a difference."""
    events = "\n".join(json.dumps(event, sort_keys=True) for event in difference.graph.events)
    version = difference.graph.version.identifier
    return f"{difference.description}\nroom version {version}, steps {difference.steps}\n{events}"


def _describe(graph: Graph, ours: GraphVerdicts, theirs: GraphVerdicts) -> str | None:
    for index, (our, their) in enumerate(zip(ours.events, theirs.events, strict=not theirs.crash)):
        if our.compared() == their.compared():
            continue
        if is_known(graph.events[index], our, their):
            return None
        return f"event {index} {graph.events[index]}\n  ours: {asdict(our)}\n  theirs: {asdict(their)}"
    for indexes, our_state, their_state in zip(
        graph.resolve, ours.resolved, theirs.resolved, strict=not theirs.crash
    ):
        if our_state != their_state:
            only_ours = [entry for entry in our_state if entry not in their_state]
            only_theirs = [entry for entry in their_state if entry not in our_state]
            return f"state after {indexes}\n  only ours: {only_ours}\n  only theirs: {only_theirs}"
    return _describe_crash(theirs.crash)


def _describe_crash(crash: str) -> str | None:
    return f"theirs crashed: {crash}" if crash and not is_known_crash(crash) else None
