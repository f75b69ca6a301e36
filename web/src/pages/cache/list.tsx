import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { post } from "../../api";
import { ago, bytes, count, plural, when } from "../../format";
import { useHotkey } from "../../keys";
import { onEvent } from "../../live";
import { useLoad } from "../../load";
import { Button } from "../../ui/button";
import { TextField, Select } from "../../ui/field";
import { Menu } from "../../ui/menu";
import { Badge, Empty, Notice, Problem, Skeleton } from "../../ui/show";
import { Table, sorted, type Column } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toast";
import { removeMany } from "./remove";
import { Space } from "./space";
import { filtered, kind, mark, marked, order, picked, search, shown, state, stateOf, stateWords, unfilter, type State } from "./state";
import { hrefOf, keyOf, type CachedRepo, type CacheList, type Damaged } from "./types";
import { Unfinished } from "./unfinished";
import { Verify } from "./verify";
import { checking, checkUpdates, Updates } from "./updates";

export function List() {
  const { data, error, loading, reload } = useLoad<CacheList>("/api/cache");
  useEffect(() => onEvent(reload), [reload]);
  const repos = data?.repos ?? [];
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Cache</h1>
          {data && repos.length > 0 && <p class="muted">{plural(repos.length, "repository", "repositories")}, {bytes(data.stats.totalSize)} in {plural(data.stats.totalFiles, "file")}</p>}
        </div>
        <div class="row">
          {repos.length > 0 && <Button icon="update" busy={checking.value} onClick={checkUpdates} data-testid="cache-check-updates">Check for updates</Button>}
          <Menu label="More for the cache" testid="cache-more" items={[
            { label: "Read the cache again", icon: "retry", run: reload },
            { label: "Rebuild the readable view", icon: "folder", run: rebuild, testid: "cache-rebuild" },
          ]} />
        </div>
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!data && loading && <Skeleton lines={8} />}
      {data?.damaged?.map((d) => <Broken key={keyOf(d)} of={d} />)}
      <Updates />
      {data && (repos.length === 0 ? <Nothing dir={data.cacheDir} /> : (
        <>
          <Space repos={repos} />
          <Verify onHealed={reload} />
          <Unfinished repos={repos} onChanged={reload} />
          <Repos repos={repos} onChanged={reload} />
        </>
      ))}
    </>
  );
}

async function rebuild(): Promise<void> {
  try {
    const r = await post<{ message: string }>("/api/cache/rebuild", { clean: true });
    toast(r.message);
  } catch (e) {
    toast(`The readable view could not be rebuilt: ${e instanceof Error ? e.message : String(e)}`, { kind: "bad" });
  }
}

function Nothing({ dir }: { dir: string }) {
  return (
    <Empty icon="cache" title="Nothing is downloaded yet" action={<a class="button primary" href="/">Download something</a>}>
      <p>What you download, here or with the official client, shows up on this page. The cache is in <code class="name">{dir}</code>.</p>
    </Empty>
  );
}

function Broken({ of: d }: { of: Damaged }) {
  return (
    <Notice kind="bad" title={`${d.repo} cannot be read`}>
      <p class="name">{d.problem}</p>
      <p>In a terminal on the server: <code>hfdownloader cache repair</code></p>
    </Notice>
  );
}

/** How many rows are shown before one asks for more. */
const step = 200;

function Repos({ repos, onChanged }: { repos: readonly CachedRepo[]; onChanged: () => void }) {
  const [limit, setLimit] = useState(step);
  const rows = sorted(repos.filter(shown), order.value, valueOf);
  return (
    <section class="stack" aria-labelledby="cache-repos">
      <h2 id="cache-repos" class="away">Repositories</h2>
      <Filters repos={repos} />
      <Marked rows={rows} onChanged={onChanged} />
      <div role="status" class="row cache-count">
        <span class="muted">{filtered.value ? `${count(rows.length)} of ${plural(repos.length, "repository", "repositories")}, ${bytes(rows.reduce((s, r) => s + r.size, 0))}` : ""}</span>
        {filtered.value && <Button kind="quiet" icon="close" onClick={unfilter} data-testid="cache-show-all">{picked.value ? `Only ${picked.value.label}: show all` : "Show all"}</Button>}
      </div>
      {rows.length === 0 ? <Empty icon="search" title="Nothing fits"><p>No repository fits what you filter by.</p></Empty> : (
        <Table caption="Repositories in the cache" columns={columns} rows={rows.slice(0, limit)} keyOf={keyOf} sort={order.value} onSort={(s) => (order.value = s)} testid={() => "cache-row"} />
      )}
      {rows.length > limit && <Button onClick={() => setLimit(limit + step)}>Show {count(Math.min(step, rows.length - limit))} more of {count(rows.length)}</Button>}
    </section>
  );
}

function Filters({ repos }: { repos: readonly CachedRepo[] }) {
  const field = useRef<HTMLInputElement>(null);
  const focus = useCallback(() => field.current?.focus(), []);
  useHotkey("/", "Search the cache", focus);
  const of = (type: string) => repos.filter((r) => r.type === type).length;
  const there = new Set(repos.map(stateOf));
  const states = (Object.keys(stateWords) as State[]).filter((s) => there.has(s) || s === state.value);
  return (
    <div class="cache-filters">
      <Tabs label="Kind" value={kind.value} onChange={(v) => (kind.value = v)} tabs={[
        { id: "all", label: "All", count: repos.length }, { id: "model", label: "Models", count: of("model") }, { id: "dataset", label: "Datasets", count: of("dataset") },
      ]} />
      <div class="cache-search"><TextField label="Search" hideLabel type="search" placeholder="Search by name" value={search.value} onInput={(v) => (search.value = v)} inputRef={field} testid="cache-search" /></div>
      <div class="cache-state">
        <Select label="State" hideLabel value={state.value} onChange={(v) => (state.value = v as State)} options={[["", "Any state"], ...states.map((s) => [s, stateWords[s].text] as const)]} testid="cache-state" />
      </div>
    </div>
  );
}

function Marked({ rows, onChanged }: { rows: readonly CachedRepo[]; onChanged: () => void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const chosen = rows.filter((r) => marked.value.has(keyOf(r))); // what is filtered away is not deleted by surprise
  if (chosen.length === 0) return null;
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      if (await removeMany(chosen)) {
        marked.value = new Set();
        onChanged();
      }
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="cache-marked" role="region" aria-label="Marked repositories">
      <strong class="grow">{plural(chosen.length, "repository", "repositories")} marked, {bytes(chosen.reduce((s, r) => s + r.size, 0))}</strong>
      {chosen.length < rows.length && <Button kind="quiet" onClick={() => (marked.value = new Set(rows.map(keyOf)))}>Mark all {count(rows.length)}</Button>}
      <Button onClick={() => (marked.value = new Set())}>Unmark</Button>
      <Button kind="danger" icon="trash" busy={busy} onClick={go} data-testid="cache-delete-marked">Delete…</Button>
      {error !== null && <Problem error={error} />}
    </div>
  );
}

function valueOf(r: CachedRepo, by: string): string | number {
  switch (by) {
    case "size": return r.size;
    case "files": return r.fileCount;
    case "revisions": return r.revisions;
    case "used": return Date.parse(r.lastUsed) || 0;
    case "state": return stateWords[stateOf(r)].text;
    case "type": return r.type;
    default: return r.repo;
  }
}

const columns: readonly Column<CachedRepo>[] = [
  { id: "mark", head: "Mark", width: "44px", cell: (r) => <input type="checkbox" aria-label={`Mark ${r.repo}`} checked={marked.value.has(keyOf(r))} onChange={(e) => mark(keyOf(r), e.currentTarget.checked)} data-testid={`cache-mark-${r.repo}`} /> },
  { id: "repo", head: "Repository", sort: true, cell: (r) => <a class="name cache-name" href={hrefOf(r)} data-testid={`cache-open-${r.repo}`}>{r.repo}</a> },
  { id: "type", head: "Type", sort: true, cell: (r) => (r.type === "dataset" ? "Dataset" : "Model") },
  { id: "state", head: "State", sort: true, cell: (r) => { const s = stateWords[stateOf(r)]; return <span title={s.title}><Badge kind={s.kind}>{s.text}</Badge></span>; } },
  { id: "used", head: "Last used", sort: true, align: "right", cell: (r) => <time dateTime={r.lastUsed} title={when(r.lastUsed)}>{ago(r.lastUsed)}</time> },
  { id: "revisions", head: "Revisions", sort: true, align: "right", cell: (r) => count(r.revisions) },
  { id: "files", head: "Files", sort: true, align: "right", cell: (r) => count(r.fileCount) },
  { id: "size", head: "Size", sort: true, align: "right", cell: (r) => bytes(r.size) },
];
