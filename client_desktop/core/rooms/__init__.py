"""Rooms: what lists show of them, who may do what, and everything that can be done to one."""
