"""What several events say together: edits, reactions, votes, threads."""
