"""Finding messages and people."""
