"""Requests to the homeserver: one class, one way to fail."""

from client_desktop.core.api.api import Api
from client_desktop.core.api.paths import path
from client_desktop.core.api.tokens import FixedToken, TokenSource

__all__ = ["Api", "FixedToken", "TokenSource", "path"]
