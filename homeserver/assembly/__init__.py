"""Puts the services of a process together, and takes them down again in order."""
