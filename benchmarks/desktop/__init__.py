"""The desktop client measured: real processes of it, on a stored account."""
