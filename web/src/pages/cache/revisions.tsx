import { useState } from "preact/hooks";
import { ago, bytes, count, when } from "../../format";
import { go } from "../../router";
import { Copy, IconButton } from "../../ui/button";
import { Badge, Problem } from "../../ui/show";
import { Table, type Column } from "../../ui/table";
import { remove } from "./remove";
import type { CachedDetails, Revision } from "./types";

export function Revisions({ of: d, onChanged }: { of: CachedDetails; onChanged: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const drop = async (r: Revision) => {
    setError(null);
    try {
      if (!(await remove(d, r.commit))) return;
      if (d.revisions.length === 1) go("/cache");
      else onChanged();
    } catch (e) {
      setError(e);
    }
  };
  const columns: Column<Revision>[] = [
    { id: "commit", head: "Revision", cell: (r) => <span class="cache-commit"><code title={r.commit}>{r.commit.slice(0, 7)}</code><Copy quiet text={r.commit} label={`Copy the commit ${r.commit.slice(0, 7)}`} /></span> },
    { id: "refs", head: "Branches and tags", cell: (r) => (r.refs.length > 0 ? <span class="row">{r.refs.map((n) => <Badge key={n} kind="info"><span class="name">{n}</span></Badge>)}</span> : <span class="muted">none: an older state</span>) },
    { id: "when", head: "Written", align: "right", cell: (r) => <time dateTime={r.lastModified} title={when(r.lastModified)}>{ago(r.lastModified)}</time> },
    { id: "files", head: "Files", align: "right", cell: (r) => count(r.files) },
    { id: "size", head: "Size", align: "right", cell: (r) => bytes(r.size) },
    { id: "freed", head: "Deleting frees", align: "right", cell: (r) => bytes(r.freed) },
    { id: "do", head: "Delete", align: "right", cell: (r) => <IconButton icon="trash" danger label={`Delete the revision ${r.commit.slice(0, 7)}`} onClick={() => drop(r)} data-testid={`cache-delete-${r.commit.slice(0, 7)}`} /> },
  ];
  return (
    <section class="card stack" aria-labelledby="cache-revisions">
      <div>
        <h2 id="cache-revisions">Revisions</h2>
        {d.revisions.length > 1 && <p class="muted">Revisions share the files that are equal in them, so deleting one frees only what no other has.</p>}
      </div>
      {error !== null && <Problem error={error} />}
      <Table caption="Revisions of the repository, the newest first" columns={columns} rows={d.revisions} keyOf={(r) => r.commit} testid={() => "cache-revision"} />
    </section>
  );
}
