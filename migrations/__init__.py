"""The database schema: append-only NNNN_name.sql, applied in order by `homeserver.storage.migrate`."""
