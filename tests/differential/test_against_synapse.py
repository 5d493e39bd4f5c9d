"""Our protocol core and an installed Synapse come to the same verdicts and the same states.

A few graphs of each room version belong to every test run where Synapse's environment is there;
`make differential` makes it, and asks about DIFFERENTIAL_GRAPHS (2,000) of each.
"""

import os
from collections.abc import Iterator

import pytest

from federation.protocol.room_versions import ROOM_VERSIONS
from tests.differential.compare import Judge, find_difference, render, shrink
from tests.differential.generate import steps_of
from tests.differential.synapse_verdicts import synapse_judge
from tests.support.synapse_environment import synapse_python

GRAPHS = int(os.environ.get("DIFFERENTIAL_GRAPHS", "10"))
FIRST_SEED = int(os.environ.get("DIFFERENTIAL_FIRST_SEED", "0"))


@pytest.fixture(scope="module")
def synapse() -> Iterator[Judge]:
    with synapse_judge(synapse_python()) as judge:
        yield judge


@pytest.mark.timeout(60 + GRAPHS)
@pytest.mark.parametrize("version", ROOM_VERSIONS)
def test_same_verdicts_and_states_as_synapse(synapse: Judge, version: str) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + GRAPHS):
        difference = find_difference(version, steps_of(version, seed), synapse)
        if difference is not None:
            pytest.fail(f"seed {seed}: {render(shrink(difference, synapse))}")
