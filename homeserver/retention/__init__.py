"""How long rooms and what is in them are kept: purges, deletions, expiry, all in the background."""
