"""Queues per destination go out."""
