"""Whose keys are whose: the account's identity, other people's, and what follows for their devices."""
