"""What clients keep on the server for themselves: account data, tags, filters."""
