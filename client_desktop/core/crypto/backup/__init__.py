"""Room keys kept on the server, encrypted for the account's own devices."""
