"""Whether the server is set up so that people and other servers reach it, said in words."""
