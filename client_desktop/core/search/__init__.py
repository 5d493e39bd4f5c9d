"""Finding messages: here, encrypted ones too, and on the server."""

from client_desktop.core.search.search import Search, SearchFilter, SearchHit, SearchPage

__all__ = ["Search", "SearchFilter", "SearchHit", "SearchPage"]
