"""The OAuth 2.0 API: clients, grants, tokens, and browsers that are signed in. One verb per file."""
