"""Server-to-server Matrix: the protocol core and everything that speaks to other homeservers."""
