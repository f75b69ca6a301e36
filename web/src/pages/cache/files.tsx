import { useState } from "preact/hooks";
import { bytes, count } from "../../format";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Table, sorted, type Column, type Sort } from "../../ui/table";
import type { CachedDetails, CachedFile } from "./types";

const columns: readonly Column<CachedFile>[] = [
  { id: "name", head: "File", sort: true, cell: (f) => <span class="name">{f.name}</span> },
  { id: "size", head: "Size", sort: true, align: "right", cell: (f) => bytes(f.size) },
];

/** How many rows are shown before one asks for more. */
const step = 100;

export function Files({ of: d }: { of: CachedDetails }) {
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState<Sort>({ by: "size", down: true });
  const [limit, setLimit] = useState(step);
  const found = d.files.filter((f) => f.name.toLowerCase().includes(search.trim().toLowerCase()));
  const rows = sorted(found, sort, (f, by) => (by === "size" ? f.size : f.name));
  return (
    <section class="card stack" aria-labelledby="cache-files">
      <div class="cache-space-head">
        <h2 id="cache-files">Files{d.branch && <span class="muted"> of {d.branch}</span>}</h2>
        {d.files.length > 10 && <TextField label="Search the files" hideLabel type="search" placeholder="Search the files" value={search} onInput={setSearch} testid="cache-file-search" />}
      </div>
      <p class="away" role="status">{search && `${count(rows.length)} of ${count(d.files.length)} files`}</p>
      <Table caption="Files" columns={columns} rows={rows.slice(0, limit)} keyOf={(f) => f.name} sort={sort} onSort={setSort} />
      {rows.length > limit && <div class="row"><Button onClick={() => setLimit(limit + step * 5)}>Show more</Button><span class="muted">{count(limit)} of {count(rows.length)}</span></div>}
    </section>
  );
}
