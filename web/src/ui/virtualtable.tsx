import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface VirtualColumn<T> {
  id: string;
  head: string;
  cell: (row: T) => ComponentChildren;
  width: string; // a track of a grid: "1fr", "110px"
  align?: "right";
}

interface VirtualTableProps<T> {
  label: string;
  count: number;
  rowHeight?: number; // px
  height?: number; // px, at most
  columns: readonly VirtualColumn<T>[];
  row: (i: number) => T | undefined; // undefined: it is not there yet
  need?: (first: number, last: number) => void; // rows about to be seen
}

/** Rows beyond both edges, so that quick scrolling meets no gap. */
const spare = 8;
/** Browsers end elements at some ten million pixels; 36 px rows reach that at 300,000. */
const tallest = 8_000_000;

/** A table of any number of rows, of which only those in sight exist. The arrow
 *  keys, Page and Home and End scroll it. */
export function VirtualTable<T>({ label, count, rowHeight = 36, height = 480, columns, row, need }: VirtualTableProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [seen, setSeen] = useState(height);
  const full = Math.min(count * rowHeight, tallest);
  const scale = (count * rowHeight) / Math.max(1, full); // rows a pixel stands for, beyond tallest
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    const watch = new ResizeObserver(() => setSeen(el.clientHeight));
    watch.observe(el);
    return () => watch.disconnect();
  }, []);
  const at = Math.min(top, Math.max(0, full - seen)) * scale;
  const first = Math.max(0, Math.floor(at / rowHeight) - spare);
  const last = Math.min(count - 1, Math.ceil((at + seen) / rowHeight) + spare);
  useEffect(() => {
    if (count > 0) need?.(first, last);
  }, [first, last, count, need]);
  const frame = useRef(0);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const scrolled = () => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => box.current && setTop(box.current.scrollTop));
  };
  const tracks = columns.map((c) => c.width).join(" ");
  const slots = Math.ceil(Math.max(seen, height) / rowHeight) + 2 * spare + 2; // elements that are used again for other rows
  const shown = [];
  for (let i = first; i <= last; i++) shown.push(i);
  return (
    <div class="vtable" role="table" aria-label={label} aria-rowcount={count + 1}>
      <div class="vtable-head" role="rowgroup">
        <div class="vtable-row" role="row" aria-rowindex={1} style={{ gridTemplateColumns: tracks }}>
          {columns.map((c) => <span key={c.id} role="columnheader" class={c.align ?? ""}>{c.head}</span>)}
        </div>
      </div>
      <div ref={box} class="vtable-box" role="rowgroup" tabIndex={0} aria-label={`${label}, rows`} style={{ height: `${Math.min(height, Math.max(rowHeight, full))}px` }} onScroll={scrolled} data-testid="rows">
        <div class="vtable-all" role="presentation" style={{ height: `${full}px` }}>
          <div role="presentation" style={{ transform: `translateY(${first * rowHeight - at + Math.min(top, Math.max(0, full - seen))}px)` }}>
            {shown.map((i) => {
              const data = row(i);
              return (
                <div key={i % slots} class="vtable-row" role="row" aria-rowindex={i + 2} style={{ gridTemplateColumns: tracks, height: `${rowHeight}px` }}>
                  {columns.map((c) => <span key={c.id} role="cell" class={c.align ?? ""}>{data === undefined ? "…" : c.cell(data)}</span>)}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
