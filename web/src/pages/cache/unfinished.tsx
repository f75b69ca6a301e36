import { useState } from "preact/hooks";
import { post } from "../../api";
import { ago, bytes, plural } from "../../format";
import { jobList } from "../../live";
import { go } from "../../router";
import { Button, Command } from "../../ui/button";
import { Details, Problem } from "../../ui/show";
import { download } from "./download";
import { remove } from "./remove";
import { stateOf } from "./state";
import { hrefOf, keyOf, type CachedRepo } from "./types";

/** Downloads that were begun and that nothing works on. */
export function Unfinished({ repos, onChanged }: { repos: readonly CachedRepo[]; onChanged: () => void }) {
  const rows = repos.filter((r) => stateOf(r) === "unfinished");
  if (rows.length === 0) return null;
  return (
    <section class="card stack" aria-labelledby="cache-unfinished" data-testid="cache-unfinished">
      <div>
        <h2 id="cache-unfinished">Unfinished downloads</h2>
        <p class="muted">{bytes(rows.reduce((s, r) => s + r.partials.size, 0))} that nobody can use yet. Going on fetches only what is missing.</p>
      </div>
      <ul class="cache-rows">{rows.map((r) => <One key={keyOf(r)} repo={r} onChanged={onChanged} />)}</ul>
      <Details summary="Clear away old ones">
        <p>In a terminal on the server, this deletes unfinished downloads that nobody wrote to for a week, and what no revision needs any more:</p>
        <Command text="hfdownloader cache prune --dry-run" />
      </Details>
    </section>
  );
}

function One({ repo: r, onChanged }: { repo: CachedRepo; onChanged: () => void }) {
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const job = jobList.value.find((j) => j.repo === r.repo && j.isDataset === (r.type === "dataset") && ["paused", "failed", "cancelled"].includes(j.status));
  const run = async (name: string, work: () => Promise<unknown>) => {
    setBusy(name);
    setError(null);
    try {
      await work();
    } catch (e) {
      setError(e);
    } finally {
      setBusy("");
    }
  };
  const resume = async () => {
    if (job) await post(`/api/jobs/${job.id}/${job.status === "paused" ? "resume" : "retry"}`);
    const id = job?.id ?? (await download({ repo: r.repo, dataset: r.type === "dataset", revision: r.manifest?.branch || r.branch || "main", filters: r.manifest?.filters ?? [] })).id;
    go(`/jobs/${id}`);
  };
  const empty = r.revisions === 0;
  return (
    <li data-testid="cache-partial">
      <div class="grow">
        <a class="name" href={hrefOf(r)}>{r.repo}</a>
        <p class="muted">{plural(r.partials.count, "unfinished file")}, {bytes(r.partials.size)}, last written {ago(r.partials.oldest)}{job && `; its job is ${job.status}`}</p>
        {error !== null && <Problem error={error} />}
      </div>
      <div class="row">
        <Button icon="play" busy={busy === "resume"} disabled={busy !== ""} onClick={() => run("resume", resume)} data-testid={`cache-resume-${r.repo}`}>Go on<span class="away"> with {r.repo}</span></Button>
        {empty && <Button busy={busy === "delete"} disabled={busy !== ""} onClick={() => run("delete", async () => (await remove(r)) && onChanged())} data-testid={`cache-drop-${r.repo}`}>Delete<span class="away"> {r.repo}</span></Button>}
      </div>
    </li>
  );
}
