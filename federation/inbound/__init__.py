"""A transaction comes in, step by step."""
