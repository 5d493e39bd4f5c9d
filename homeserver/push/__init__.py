"""Push rules and unread counts."""
