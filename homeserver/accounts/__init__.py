"""Accounts: registration, log-in, access tokens, devices, profiles. One verb per file."""
