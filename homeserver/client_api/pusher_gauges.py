"""How pushers do, for /metrics."""

from collections.abc import Iterator

from homeserver.http.gauges import Sample
from homeserver.pushers.context import Tally


def pusher_samples(tally: Tally) -> Iterator[Sample]:
    """Yield how much waits, how many pushers fail, and what became of deliveries."""
    backlog = tally.backlog
    yield Sample("pushers", "Pushers of all users.", backlog.pushers)
    yield Sample("pushers_failing", "Pushers whose last delivery failed.", backlog.failing)
    yield Sample("push_queue_length", "Notifications that wait to be delivered, or mailed.", backlog.waiting)
    for (kind, outcome), count in sorted(tally.outcomes.items()):
        labels = {"kind": kind, "outcome": outcome}
        yield Sample(
            "push_deliveries", "Deliveries of this worker, by what became of them.", count, "counter", labels
        )
