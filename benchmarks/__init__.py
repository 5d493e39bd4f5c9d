"""Loads a Parlour homeserver and, beside it, Synapse; run with `python -m benchmarks`."""
