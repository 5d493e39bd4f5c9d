"""What tables the migrated database has, asked of itself: a table that is added later is not forgotten."""

from homeserver.storage.db import Connection


async def tables_with_column(conn: Connection, column: str) -> list[str]:
    """Return the tables that have a column of this name."""
    rows = await conn.fetch(
        "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t "
        "USING (table_schema, table_name) WHERE t.table_type = 'BASE TABLE' AND c.table_schema = 'public' "
        "AND c.column_name = $1",
        column,
    )
    return [row["table_name"] for row in rows]
