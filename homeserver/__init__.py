"""The homeserver: what stores rooms and accounts and answers clients."""

from importlib.metadata import PackageNotFoundError, version

__all__ = ["__version__"]

try:
    __version__ = version("parlour")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
