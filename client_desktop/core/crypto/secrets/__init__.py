"""Secrets of the account: how they reach its other devices, through the server or from one to the other."""
