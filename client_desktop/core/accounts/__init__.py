"""Accounts: finding a server, signing in and up, staying signed in, settings of the account, signing out."""
