"""How far the account has followed its server, as the store keeps it."""

from __future__ import annotations

from typing import Final

TOKEN: Final = "sync.token"
"""The name of the fact that holds the token."""
TOKEN_KIND: Final = "sync.token_kind"
"""The name of the fact that says who understands it: one of the following."""
V3: Final = "v3"
SLIDING: Final = "sliding"
