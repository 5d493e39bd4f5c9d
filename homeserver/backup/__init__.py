"""Backups: a folder with the database, the uploads and the keys of one moment, and the way back from it."""
