"""Percentiles and medians of measured samples."""

import math
from collections.abc import Mapping, Sequence
from statistics import median


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of the samples, which need not be sorted.

    Raises: ValueError without samples.
    """
    if not samples:
        raise ValueError("no samples were measured")
    ordered = sorted(samples)
    rank = math.ceil(percent / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def median_of_each(repetitions: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of every figure over the repetitions that measured it."""
    return {name: median(run[name] for run in repetitions) for name in repetitions[0]}
