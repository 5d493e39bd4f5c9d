"""The configuration: one file per section, read from TOML and the environment."""

from homeserver.config.load import load_settings
from homeserver.config.problems import ConfigProblems
from homeserver.config.settings import Settings

__all__ = ["ConfigProblems", "Settings", "load_settings"]
