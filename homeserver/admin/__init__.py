"""What server administrators do to accounts, rooms and what is in them. Who may do it is asked elsewhere."""
