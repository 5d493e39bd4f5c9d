"""Following the server: three transports, one kind of batch, one way to apply it."""
