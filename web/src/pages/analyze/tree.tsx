import { useState } from "preact/hooks";
import { count } from "../../format";
import { Button } from "../../ui/button";
import { short } from "../pick/items";
import { sentence } from "../pick/words";

/** How much of a value of unknown shape is shown: levels, and entries a level. */
const deepest = 6;
const most = 30;

/** Any JSON value as text, as far as it is of use to look at. */
export function Tree({ value, level = 0 }: { value: unknown; level?: number }) {
  const [all, setAll] = useState(false);
  if (value === null || typeof value !== "object") return <span class="name">{scalar(value)}</span>;
  const list = Array.isArray(value);
  const entries: [string, unknown][] = list ? value.map((v, i) => [String(i + 1), v]) : Object.entries(value);
  if (entries.length === 0) return <span class="muted">none</span>;
  if (list && value.every((v) => v === null || typeof v !== "object")) return <span class="name">{flat(value)}</span>;
  if (level >= deepest) return <span class="muted">{count(entries.length)} more inside; the raw answer has them</span>;
  const shown = entries.slice(0, all ? 500 : most);
  return (
    <dl class={`an-tree ${level === 0 ? "top" : ""}`}>
      {shown.map(([key, v]) => (
        <div key={key} class={v !== null && typeof v === "object" && !plainList(v) ? "deep" : ""}>
          <dt class="name">{list ? itemName(v, key) : sentence(short(key, 80))}</dt>
          <dd><Tree value={v} level={level + 1} /></dd>
        </div>
      ))}
      {entries.length > shown.length && <div class="deep"><dt class="away">More</dt><dd>{all ? <span class="muted">and {count(entries.length - shown.length)} more</span> : <Button kind="quiet" onClick={() => setAll(true)}>Show {count(entries.length - shown.length)} more</Button>}</dd></div>}
    </dl>
  );
}

function plainList(v: unknown): boolean {
  return Array.isArray(v) && v.every((x) => x === null || typeof x !== "object");
}

function itemName(v: unknown, n: string): string {
  const o = (v ?? {}) as Record<string, unknown>;
  const name = [o["name"], o["label"], o["path"]].find((x) => typeof x === "string" && x !== "");
  return typeof name === "string" ? short(name, 120) : n;
}

function flat(list: readonly unknown[]): string {
  const first = list.slice(0, 60).map((v) => short(scalar(v), 200)).join(", ");
  return list.length > 60 ? `${first} and ${count(list.length - 60)} more` : first;
}

function scalar(v: unknown): string {
  if (v === null || v === undefined) return "–";
  if (v === true) return "Yes";
  if (v === false) return "No";
  if (typeof v === "number") return Number.isInteger(v) ? count(v) : String(v);
  return short(String(v), 2000) || "–";
}
