"""Reaching other servers, and knowing who is asking: discovery, TLS, X-Matrix, keys."""
