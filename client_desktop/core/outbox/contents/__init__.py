"""Contents of the events that we send: pure functions from what people meant to what the wire says."""
