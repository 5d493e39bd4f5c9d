"""Push rules: what is worth a notification, what counts as unread, and how people change that."""
