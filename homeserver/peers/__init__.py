"""What federation needs from this server: its ports, put over the services."""
