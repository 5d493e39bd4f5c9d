"""What an account remembers between two starts: one SQLite file each.

Statements live in one module per group of tables and nowhere else.
"""

from client_desktop.core.store.database import Store

__all__ = ["Store"]
