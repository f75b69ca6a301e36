import type { ComponentChildren } from "preact";
import { Icon } from "./icons";

export interface Column<T> {
  id: string;
  head: string;
  cell: (row: T) => ComponentChildren;
  align?: "right";
  sort?: boolean;
  width?: string;
}

export interface Sort {
  by: string;
  down: boolean;
}

interface TableProps<T> {
  caption: string; // for screen readers
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  sort?: Sort;
  onSort?: (s: Sort) => void;
  testid?: (row: T) => string;
}

/** A table of some hundred rows at most; on a phone each row becomes a card. */
export function Table<T>({ caption, columns, rows, keyOf, sort, onSort, testid }: TableProps<T>) {
  return (
    <table class="table">
      <caption class="away">{caption}</caption>
      <thead>
        <tr>{columns.map((c) => <Head key={c.id} column={c} sort={sort} onSort={onSort} />)}</tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} data-testid={testid?.(row)}>
            {columns.map((c) => <td key={c.id} class={c.align ?? ""} data-label={c.head}>{c.cell(row)}</td>)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Head<T>({ column: c, sort, onSort }: { column: Column<T>; sort?: Sort; onSort?: (s: Sort) => void }) {
  const on = sort?.by === c.id;
  return (
    <th scope="col" class={c.align ?? ""} style={c.width ? { width: c.width } : undefined} aria-sort={on ? (sort.down ? "descending" : "ascending") : undefined}>
      {c.sort && onSort ? (
        <button type="button" class="sort" onClick={() => onSort({ by: c.id, down: on ? !sort.down : c.align === "right" })}>
          {c.head}
          {on && <Icon name={sort.down ? "down" : "up"} size={14} />}
        </button>
      ) : c.head}
    </th>
  );
}

/** Sorted by what value gives for the column; texts in the reader's order. */
export function sorted<T>(rows: readonly T[], sort: Sort, value: (row: T, by: string) => string | number): T[] {
  const turn = sort.down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = value(a, sort.by), y = value(b, sort.by);
    return turn * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true }));
  });
}
