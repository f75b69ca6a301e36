import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { get } from "../../api";
import { ago, bytes, plural } from "../../format";
import { Button, IconButton } from "../../ui/button";
import { Badge, ExternalLink, Notice, Problem, Spinner } from "../../ui/show";
import { download } from "./download";
import { hrefOf, keyOf, type Outdated, type OutdatedRow } from "./types";

/** What the Hub said last; null before it was asked. */
const found = signal<Outdated | null>(null);
const asking = signal(false);
const failure = signal<unknown>(null);
/** Jobs that were started from here, by row. */
const started = signal<ReadonlyMap<string, string>>(new Map());

/** Asks the Hub about all of the cache. */
export async function checkUpdates(): Promise<void> {
  if (asking.peek()) return;
  asking.value = true;
  failure.value = null;
  try {
    found.value = await get<Outdated>("/api/outdated");
    started.value = new Map();
  } catch (e) {
    failure.value = e;
  } finally {
    asking.value = false;
  }
}

export const checking = asking;

const rowKey = (r: OutdatedRow) => `${keyOf(r)}@${r.revision}`;

async function update(r: OutdatedRow): Promise<void> {
  const { repo, revision, filters, excludes, exactMatch, appendFilterSubdir } = r;
  const job = await download({ repo, revision, dataset: r.type === "dataset", filters, excludes, exactMatch, appendFilterSubdir });
  started.value = new Map(started.peek()).set(rowKey(r), job.id);
}

export function Updates() {
  const u = found.value;
  if (!asking.value && failure.value === null && !u) return null;
  const old = u?.repos.filter((r) => r.status === "outdated") ?? [];
  const unknown = u?.repos.filter((r) => r.status === "unknown") ?? [];
  return (
    <section class="card stack" aria-labelledby="cache-updates" aria-live="polite" data-testid="cache-updates">
      <div class="cache-space-head">
        <h2 id="cache-updates">Updates</h2>
        {!asking.value && <IconButton icon="close" label="Close the updates" onClick={() => ((found.value = null), (failure.value = null))} />}
      </div>
      {asking.value && <Spinner label="Asking the Hub about every repository. This can take half a minute." />}
      {!asking.value && failure.value !== null && <Problem error={failure.value} onRetry={checkUpdates} />}
      {!asking.value && u && (
        <>
          {old.length > 0 ? <Old rows={old} /> : unknown.length === 0 && <Notice kind="ok">Everything is as new as on the Hub: {plural(u.checked, "branch was", "branches were")} compared {ago(u.checkedAt)}.</Notice>}
          {unknown.length > 0 && <Unknown rows={unknown} />}
          {u.incomplete && <Notice kind="warn">Time ran out before all were asked about. <Button onClick={checkUpdates}>Ask again</Button></Notice>}
        </>
      )}
    </section>
  );
}

function Old({ rows }: { rows: OutdatedRow[] }) {
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const left = rows.filter((r) => !started.value.has(rowKey(r)));
  const total = left.reduce((s, r) => s + (r.changedBytes ?? 0), 0);
  const run = async (which: string, list: OutdatedRow[]) => {
    setBusy(which);
    setError(null);
    try {
      for (const r of list) await update(r);
    } catch (e) {
      setError(e);
    } finally {
      setBusy("");
    }
  };
  return (
    <>
      <div class="row">
        <p class="grow"><strong>{plural(rows.length, "repository is", "repositories are")} behind the Hub.</strong>{left.length > 0 && ` Updating fetches ${bytes(total)}.`}</p>
        {left.length > 1 && <Button kind="primary" icon="update" busy={busy === "all"} disabled={busy !== ""} onClick={() => run("all", left)} data-testid="cache-update-all">Update all {left.length}</Button>}
      </div>
      {error !== null && <Problem error={error} />}
      <ul class="cache-rows">
        {rows.map((r) => {
          const job = started.value.get(rowKey(r));
          return (
            <li key={rowKey(r)} data-testid="cache-outdated">
              <div class="grow">
                <a class="name" href={hrefOf(r)}>{r.repo}</a> <Badge>{r.revision}</Badge>
                <p class="muted">{r.message}{r.changedBytes !== undefined && `, ${bytes(r.changedBytes)} to fetch`}; <code>{r.commit.slice(0, 7)}</code> here, <code>{r.latest.slice(0, 7)}</code> on the Hub</p>
              </div>
              {job ? <a href={`/jobs/${job}`}>Updating: see the job</a> : <Button icon="update" busy={busy === rowKey(r)} disabled={busy !== ""} onClick={() => run(rowKey(r), [r])} data-testid={`cache-update-${r.repo}`}>Update<span class="away"> {r.repo}</span></Button>}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Unknown({ rows }: { rows: OutdatedRow[] }) {
  return (
    <div class="stack">
      <h3>Could not be compared</h3>
      <ul class="cache-rows">
        {rows.map((r) => (
          <li key={rowKey(r)}>
            <div class="grow">
              <a class="name" href={hrefOf(r)}>{r.repo}</a> <Badge>{r.revision}</Badge>
              <p class="muted name">{r.message}{r.hint && !r.message.includes(r.hint) && `. ${r.hint}`}</p>
            </div>
            {r.link ? <ExternalLink href={r.link}>Ask for access</ExternalLink> : r.errorKind === "unauthorized" && <a href="/settings">Set a token</a>}
          </li>
        ))}
      </ul>
    </div>
  );
}
