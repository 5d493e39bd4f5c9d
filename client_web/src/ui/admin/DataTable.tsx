import type { ReactNode } from "react";
import { Link } from "wouter";
import { classNames } from "../controls";
import styles from "./DataTable.module.css";

/** One column of a table. */
export interface Column<T> {
  readonly key: string;
  readonly label: string;
  readonly render: (row: T) => ReactNode;
  /** Left out where there is no room for it. */
  readonly isMinor?: boolean;
  /** Left out on a phone only. */
  readonly isWide?: boolean;
  /** Numbers stand at the end of their column. */
  readonly atEnd?: boolean;
  /** Its heading is for who cannot see it: a column of buttons. */
  readonly labelHidden?: boolean;
}

interface DataTableProps<T> {
  readonly label: string;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
  /** Where a row leads; its first cell is the link. */
  readonly hrefOf?: (row: T) => string;
}

/** Rows and columns. */
export function DataTable<T>({ label, rows, columns, keyOf, hrefOf }: DataTableProps<T>) {
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" className={cellClass(column)}>
              <span className={column.labelHidden ? "visually-hidden" : undefined}>{column.label}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} className={hrefOf && styles.leads}>
            {columns.map((column, index) => (
              <td key={column.key} className={cellClass(column)}>
                {index === 0 && hrefOf ? (
                  <Link href={hrefOf(row)} className={styles.link}>
                    {column.render(row)}
                  </Link>
                ) : (
                  column.render(row)
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function cellClass<T>(column: Column<T>): string {
  return classNames(
    column.isMinor && styles.minor,
    column.isWide && styles.wide,
    column.atEnd && styles.atEnd,
  );
}
