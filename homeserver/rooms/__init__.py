"""Rooms: sending, state, membership, history and the directory. One verb per file."""
