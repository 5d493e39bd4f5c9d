"""Who runs on which core. The server alone on one; PostgreSQL and the load share or part the rest."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pinning:
    """Sets of core numbers, as `taskset --cpu-list` writes them."""

    server: str
    postgresql: str
    load: str


def choose_pinning() -> Pinning:
    """Give the server one core of its own, and every server measured the same one.

    With two cores PostgreSQL shares the second with the load generator: every server pays for that alike.
    """
    cores = sorted(os.sched_getaffinity(0))
    first = cores[0]
    if len(cores) == 1:
        return Pinning(str(first), str(first), str(first))
    if len(cores) == 2:
        return Pinning(str(first), str(cores[1]), str(cores[1]))
    return Pinning(str(first), str(cores[1]), ",".join(map(str, cores[2:4])))


def pin_this_process(cores: str) -> None:
    """Move the load generator, and what it starts without a taskset of its own, to the given cores."""
    os.sched_setaffinity(0, {int(core) for core in cores.split(",")})


def on_cores(cores: str, command: list[str]) -> list[str]:
    """Return the command line that runs `command` on the given cores alone."""
    return ["taskset", "--cpu-list", cores, *command]
