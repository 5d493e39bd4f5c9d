"""SQL: one module per table group, plain functions that take the connection first."""
