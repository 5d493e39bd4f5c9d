"""The send queue: what is written here is sent, in order, once, whatever happens in between."""
