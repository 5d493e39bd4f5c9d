"""The server-server API on our HTTP server: federation's routes, each behind proof of who is asking."""
