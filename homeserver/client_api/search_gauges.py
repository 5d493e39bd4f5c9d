"""How far the index of messages is, for /metrics."""

from collections.abc import Iterator

from homeserver.http.gauges import Sample
from homeserver.search.context import SearchContext


def search_samples(search: SearchContext) -> Iterator[Sample]:
    """Yield by how much the index lags, as the worker knows that keeps it; it is 0 on all others."""
    yield Sample(
        "search_index_behind", "Numbers of events that cannot be found yet, at most.", search.index.behind
    )
