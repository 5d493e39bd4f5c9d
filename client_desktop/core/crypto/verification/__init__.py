"""Comparing keys with people and own devices: by emoji, numbers or QR code."""
