"""Into rooms and out of them: what we ask of others beside what they ask of us."""
