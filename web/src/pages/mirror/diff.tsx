import { useState } from "preact/hooks";
import { bytes, count } from "../../format";
import { stored } from "../../store";
import { Badge, Empty } from "../../ui/show";
import { Table, sorted, type Column, type Sort } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import type { Diff, Difference, DiffStatus } from "./types";

const words: Record<DiffStatus, { text: string; kind: "" | "ok" | "warn" | "info"; rank: number }> = {
  missing: { text: "Only here", kind: "info", rank: 0 },
  outdated: { text: "Different", kind: "warn", rank: 1 },
  extra: { text: "Only there", kind: "", rank: 2 },
  "in-sync": { text: "In sync", kind: "ok", rank: 3 },
};

const columns: readonly Column<Difference>[] = [
  { id: "repo", head: "Repository", sort: true, cell: (d) => <span class="name">{d.repo}{d.type === "dataset" && <> <Badge>Dataset</Badge></>}</span> },
  { id: "status", head: "State", sort: true, cell: (d) => <Badge kind={words[d.status].kind}>{words[d.status].text}</Badge> },
  { id: "localSize", head: "Here", sort: true, align: "right", cell: (d) => size(d.localSize) },
  { id: "remoteSize", head: "There", sort: true, align: "right", cell: (d) => size(d.remoteSize) },
  { id: "lacks", head: "A push copies", sort: true, align: "right", cell: (d) => size(d.lacks) },
];

const size = (n: number) => (n > 0 ? bytes(n) : "–");
const order = stored<Sort>("mirror.sort", { by: "status", down: false });

export function DiffTable({ diff }: { diff: Diff }) {
  const [only, setOnly] = useState<DiffStatus | "all">("all");
  const all = diff.diffs;
  const rows = sorted(all.filter((d) => only === "all" || d.status === only), order.value, (d, by) =>
    by === "status" ? words[d.status].rank : by === "repo" ? d.repo : d[by as "lacks"]);
  if (all.length === 0) return <Empty icon="mirror" title="There is nothing on either side" />;
  const inSync = all.every((d) => d.status === "in-sync");
  return (
    <div class="stack" data-testid="mirror-diff">
      <p role="status"><strong>{inSync ? "Everything is in sync." : summary(diff)}</strong></p>
      <Tabs label="State" value={only} onChange={setOnly} tabs={[
        { id: "all", label: "All", count: all.length },
        ...(Object.keys(words) as DiffStatus[]).map((s) => ({ id: s, label: words[s].text, count: tally(all, s) })),
      ]} />
      {rows.length > 0 ? <Table caption="How the mirror differs from the cache" columns={columns} rows={rows} keyOf={(d) => `${d.type}/${d.repo}`} sort={order.value} onSort={(s) => (order.value = s)} testid={() => "mirror-row"} /> : <p class="muted">None.</p>}
    </div>
  );
}

const tally = (all: readonly Difference[], s: DiffStatus) => all.filter((d) => d.status === s).length;

function summary(diff: Diff): string {
  const lacks = diff.diffs.reduce((sum, d) => sum + d.lacks, 0);
  const parts = (["missing", "outdated", "extra"] as const).filter((s) => tally(diff.diffs, s) > 0).map((s) => `${count(tally(diff.diffs, s))} ${words[s].text.toLowerCase()}`);
  return `${parts.join(", ")}. ${lacks > 0 ? `A push copies ${bytes(lacks)}.` : "The mirror lacks nothing."}`;
}
