"""From what a provider calls somebody to a user name here. Pure functions.

Spec: https://spec.matrix.org/v1.19/appendices/#mapping-from-other-character-sets
"""

import unicodedata
from typing import Final

ALLOWED: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._=-/+")
MAX_SUGGESTION_LENGTH: Final = 64


def wished_name(claim: str) -> str:
    """Return the user name that a claim names as it is; of an e-mail address, the part before the @."""
    return claim.partition("@")[0]


def suggested_name(claim: str) -> str:
    """Return a possible user name that is like a claim, perhaps an empty one."""
    plain = unicodedata.normalize("NFKD", wished_name(claim)).encode("ascii", "ignore").decode().lower()
    kept = "".join(character if character in ALLOWED else "-" for character in plain)
    return kept.strip("-._")[:MAX_SUGGESTION_LENGTH]
