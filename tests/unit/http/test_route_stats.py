from homeserver.http.route_stats import LATENCY_BOUNDS_S, RouteStats


def test_each_request_falls_into_the_bucket_that_holds_it() -> None:
    stats = RouteStats()
    stats.add(200, LATENCY_BOUNDS_S[0])
    stats.add(200, 0.0015)
    stats.add(500, 1000)
    assert stats.statuses == {200: 2, 500: 1}
    assert (stats.buckets[0], stats.buckets[1], stats.buckets[-1]) == (1, 1, 1)
