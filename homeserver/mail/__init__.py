"""Mail that this server sends: rendered, queued durably, handed to the configured mail server."""
