"""GET /metrics in Prometheus' text format, rendered from plain counters when somebody looks."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from aiohttp import web

from homeserver.http.context import services
from homeserver.http.gauges import Sample
from homeserver.http.route_stats import LATENCY_BOUNDS_S
from homeserver.http.routing import Handler, Route, Routes

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Metric

PREFIX = "parlour_"


def metrics_routes(told: list[Route]) -> Routes:
    """Return the routes of the metrics page, which tells about the requests to the routes of `told`."""
    routes = Routes("metrics")
    routes.get("/metrics")(_metrics_handler(told))
    return routes


def _metrics_handler(told: list[Route]) -> Handler:
    async def metrics(request: web.Request) -> web.StreamResponse:
        """Render the numbers of the process, of the routes and of the services."""
        # Imported on first use: it costs memory, and most small servers are never scraped.
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

        text = generate_latest(_registry(told, services(request).gauges.samples()))
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return metrics


def _registry(told: list[Route], samples: list[Sample]) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

    registry = CollectorRegistry(auto_describe=False)
    for collector in (ProcessCollector, GCCollector, PlatformCollector):
        collector(registry=registry)
    registry.register(_Families([*_request_families(told), *_sample_families(samples)]))
    return registry


class _Families:
    def __init__(self, families: list["Metric"]) -> None:
        self._families = families

    def collect(self) -> Iterator["Metric"]:
        return iter(self._families)


def _request_families(told: list[Route]) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

    requests = CounterMetricFamily(
        f"{PREFIX}http_requests", "Requests answered.", labels=["method", "route", "status"]
    )
    durations = HistogramMetricFamily(
        f"{PREFIX}http_request_duration_seconds",
        "Time from the request's head to its handler's end.",
        labels=["method", "route"],
    )
    for route in told:
        stats = route.stats
        for status, count in sorted(stats.statuses.items()):
            requests.add_metric([route.method, route.path, str(status)], count)
        if stats.statuses:
            bounds = [*map(str, LATENCY_BOUNDS_S), "+Inf"]
            buckets = list(zip(bounds, accumulate(stats.buckets), strict=True))
            durations.add_metric([route.method, route.path], buckets, stats.seconds)
    yield from (requests, durations)


def _sample_families(samples: list[Sample]) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    by_name: defaultdict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_name[sample.name].append(sample)
    for name, same in sorted(by_name.items()):
        family_type = GaugeMetricFamily if same[0].kind == "gauge" else CounterMetricFamily
        family = family_type(PREFIX + name, same[0].help, labels=list(same[0].labels))
        for sample in same:
            family.add_metric(list(sample.labels.values()), sample.value)
        yield family
