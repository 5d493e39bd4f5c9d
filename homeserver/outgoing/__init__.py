"""Requests to addresses that users and other servers name: bounded, and never into private networks."""
