"""Request plumbing: listeners, routing, parameters, errors, rate limits, metrics. It knows no endpoint."""
