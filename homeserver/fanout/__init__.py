"""What workers tell each other: that something was committed, and what is kept in memory only.

Nothing durable depends on it. What is lost here is found in the position log half a second later, or comes
to its deadline by itself.
"""
