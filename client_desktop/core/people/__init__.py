"""People: profiles, presence, whom one ignores."""
