"""How far this server is behind with the events of others, for /metrics."""

from collections.abc import Iterator

from federation.ports.inbound import InboundWork
from homeserver.clock import Clock
from homeserver.http.gauges import Sample


def inbound_samples(inbound: InboundWork, clock: Clock) -> Iterator[Sample]:
    """Yield the length of the queue, the age of the oldest event in it, and what became of events."""
    backlog = inbound.backlog
    age_s = max(0.0, (clock.now_ms() - backlog.oldest_ms) / 1000) if backlog.pdus else 0.0
    yield Sample("federation_inbound_staged_pdus", "Events of other servers that wait.", backlog.pdus)
    yield Sample("federation_inbound_lag_seconds", "Since when the oldest of them waits.", age_s)
    for outcome, count in sorted(inbound.counts.items()):
        help_text = "Events of other servers, by what became of them."
        yield Sample("federation_inbound_pdus", help_text, count, "counter", {"outcome": outcome})
