"""Simplified sliding sync (MSC4186): windows onto a user's rooms, by the same engine as /sync.

docs/sliding-sync.md says how it works and where it differs from other servers.
"""
