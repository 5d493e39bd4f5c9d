"""Signing in with a QR code: a new device and one that is signed in meet, and the one lets the other in.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108
"""
