"""Sync: one engine that collects what is new for a device, behind long-poll and WebSocket."""
