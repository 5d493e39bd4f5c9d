"""Devices that have identities, backup and verifications."""

from tests.desktop.crypto.secured_fixtures import alice, bob, open_secured

__all__ = ["alice", "bob", "open_secured"]
