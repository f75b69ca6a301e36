import { useMemo, useState } from "preact/hooks";
import { bytes, count, plural } from "../../format";
import type { AnalyzedFile } from "../../types";
import { Copy } from "../../ui/button";
import { Select, TextField } from "../../ui/field";
import { Badge } from "../../ui/show";
import { sorted } from "../../ui/table";
import { VirtualTable, type VirtualColumn } from "../../ui/virtualtable";
import { short } from "../pick/items";

const orders = [["listing", "As in the repository"], ["name", "Name"], ["largest", "Largest first"], ["smallest", "Smallest first"], ["kind", "Kind of file"]] as const;

const columns: readonly VirtualColumn<AnalyzedFile>[] = [
  { id: "path", head: "File", width: "minmax(0, 1fr)", cell: (f) => <span class="cut" title={short(f.path, 1000)}>{short(f.path, 400)}</span> },
  { id: "size", head: "Size", width: "92px", align: "right", cell: (f) => bytes(f.size) },
  { id: "lfs", head: "Stored", width: "62px", cell: (f) => (f.lfs ? <Badge>LFS</Badge> : <span class="muted">Git</span>) },
  { id: "sha", head: "SHA-256", width: "132px", cell: (f) => (f.sha256 ? <span class="an-sha"><code title={f.sha256}>{f.sha256.slice(0, 8)}…</code><Copy text={f.sha256} label="Copy SHA-256" quiet /></span> : <span class="muted">–</span>) },
];

/** All files of the repository. */
export function Files({ files }: { files: readonly AnalyzedFile[] }) {
  const [search, setSearch] = useState("");
  const [order, setOrder] = useState<string>("listing");
  const rows = useMemo(() => arranged(files, search, order), [files, search, order]);
  const total = useMemo(() => rows.reduce((sum, f) => sum + f.size, 0), [rows]);
  return (
    <section class="card stack" aria-labelledby="an-files">
      <h2 id="an-files">Files</h2>
      <div class="an-tools">
        <TextField label="Search files" type="search" value={search} onInput={setSearch} placeholder="Part of the path" testid="an-search" />
        <Select label="Order" value={order} options={orders} onChange={setOrder} testid="an-order" />
      </div>
      <p class="muted" role="status" data-testid="an-count">{search.trim() ? `${count(rows.length)} of ${plural(files.length, "file")}` : plural(files.length, "file")}, {bytes(total)}</p>
      {rows.length > 0 && <div class="an-files"><VirtualTable label="Files" count={rows.length} rowHeight={40} height={520} columns={columns} row={(i) => rows[i]} /></div>}
      {rows.length === 0 && <p>{files.length === 0 ? "It has no files." : "No path has these words in it."}</p>}
    </section>
  );
}

function arranged(files: readonly AnalyzedFile[], search: string, order: string): readonly AnalyzedFile[] {
  const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? files : files.filter((f) => words.every((w) => f.path.toLowerCase().includes(w)));
  switch (order) {
    case "name":
      return sorted(found, { by: "path", down: false }, (f) => f.path);
    case "largest":
    case "smallest":
      return sorted(found, { by: "size", down: order === "largest" }, (f) => f.size);
    case "kind":
      return sorted(found, { by: "kind", down: false }, (f) => `${f.name.includes(".") ? f.name.split(".").pop() : ""} ${f.path}`);
  }
  return found;
}
