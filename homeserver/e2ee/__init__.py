"""What devices need of the server to encrypt for each other; the server never sees what they say."""
