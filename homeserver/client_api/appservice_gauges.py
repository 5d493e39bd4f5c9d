"""How application services do, for /metrics."""

from collections.abc import Iterator

from homeserver.appservices.senders import Senders
from homeserver.http.gauges import Sample


def appservice_samples(senders: Senders) -> Iterator[Sample]:
    """Yield, of those that this worker sends to, how far each is behind and whether it fails."""
    for sender in senders.sending:
        labels = {"appservice": sender.registration.id}
        yield Sample(
            "appservice_failing", "Whether an application service fails.", sender.is_failing, labels=labels
        )
        yield Sample(
            "appservice_lag_positions", "Positions that it was not told about.", sender.lag, labels=labels
        )
