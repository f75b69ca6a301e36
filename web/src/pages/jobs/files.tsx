import { useCallback, useEffect, useReducer, useRef, useState } from "preact/hooks";
import { bytes, count, percent } from "../../format";
import type { Job, JobFile } from "../../types";
import { Select, TextField } from "../../ui/field";
import { Badge, Bar, Problem } from "../../ui/show";
import { VirtualTable, type VirtualColumn } from "../../ui/virtualtable";
import { FilePages, type FileQuery } from "./pages";

const states = [["", "All states"], ["downloading", "Downloading"], ["pending", "Waiting"], ["verifying", "Checking"], ["complete", "Complete"], ["skipped", "Here already"], ["error", "Failed"]] as const;
const words: Record<string, string> = Object.fromEntries(states.slice(1));
const orders = [["", "Repository order"], ["path", "By name"], ["size", "Largest first"], ["progress", "Furthest first"]] as const;

/** Where a search is asked of the server, in ms after the last key. */
const pause = 250;

/** The files of a job. */
export function Files({ of: j }: { of: Job }) {
  const [query, setQuery] = useState<FileQuery>({ search: "", status: "", sort: "", order: "asc" });
  const [search, setSearch] = useState("");
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const pages = useRef<FilePages | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setQuery((q) => (q.search === search ? q : { ...q, search })), pause);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => {
    const p = new FilePages(j.id, query, () => redraw(0));
    pages.current = p;
    p.need(0, 0);
    return () => p.close();
  }, [j.id, query]);
  const known = j.progress.totalFiles, status = j.status;
  const fresh = useRef(true);
  useEffect(() => {
    if (!fresh.current) pages.current?.again();
    fresh.current = false;
  }, [known, status]);
  const need = useCallback((first: number, last: number) => pages.current?.need(first, last), [query]);
  const row = (i: number) => pages.current?.row(i);
  const p = pages.current;
  return (
    <section class="stack" aria-labelledby="files-head">
      <h2 id="files-head">Files</h2>
      <div class="jobs-filter">
        <TextField label="Search files" hideLabel type="search" placeholder="Search files" value={search} onInput={setSearch} testid="files-search" />
        <Select label="State" hideLabel value={query.status} options={states} onChange={(v) => setQuery({ ...query, status: v })} />
        <Select label="Order" hideLabel value={query.sort} options={orders} onChange={(v) => setQuery({ ...query, sort: v, order: v === "size" || v === "progress" ? "desc" : "asc" })} />
      </div>
      {p?.error != null && <Problem error={p.error} onRetry={() => p.again()} />}
      <p class="muted" role="status">{p?.known ? `${count(p.total)} ${p.total === 1 ? "file" : "files"}${query.search || query.status ? " match" : ""}` : ""}</p>
      {(p?.total ?? 0) > 0 && <VirtualTable label={`Files of ${j.repo}`} count={p!.total} columns={matchMedia("(max-width: 600px)").matches ? columns.filter((c) => c.id !== "progress") : columns} row={row} need={need} />}
    </section>
  );
}

const columns: VirtualColumn<JobFile>[] = [
  { id: "path", head: "Name", width: "minmax(0, 1fr)", cell: (f) => <span class="cut" title={f.path}>{f.path}</span> },
  { id: "size", head: "Size", width: "84px", align: "right", cell: (f) => (f.totalBytes > 0 ? bytes(f.totalBytes) : "–") },
  {
    id: "progress", head: "Progress", width: "minmax(60px, 130px)",
    cell: (f) => <Bar value={f.downloaded} max={Math.max(1, f.totalBytes)} label={`${f.path}: ${percent(f.downloaded, f.totalBytes)} %`} state={f.status === "error" ? "bad" : f.status === "complete" || f.status === "skipped" ? "ok" : ""} />,
  },
  {
    id: "state", head: "State", width: "118px",
    cell: (f) => <Badge kind={f.status === "error" ? "bad" : f.status === "complete" || f.status === "skipped" ? "ok" : f.status === "downloading" ? "info" : ""}><span title={f.error || (f.verified ? `Checked: ${f.verified}` : "")}>{words[f.status] ?? f.status}</span></Badge>,
  },
];
