import { useState } from "preact/hooks";
import { post } from "../../api";
import { bytes, plural } from "../../format";
import { learnTask, tasks } from "../../live";
import { system } from "../../system";
import { ended, whole } from "../../tasks";
import type { Task } from "../../types";
import { Button, Command, Copy } from "../../ui/button";
import { Select } from "../../ui/field";
import { Details, Notice, Problem } from "../../ui/show";
import { TaskProgress } from "../../ui/task";
import type { CachedDetails, Exported } from "./types";

/** Puts the files into the one folder the server may export to. */
export function Export({ of: d }: { of: CachedDetails }) {
  const [revision, setRevision] = useState("");
  const [busy, setBusy] = useState(false);
  const [id, setId] = useState("");
  const [done, setDone] = useState<Exported | null>(null);
  const [error, setError] = useState<unknown>(null);
  if (!system.value || d.revisions.length === 0) return null;
  const task = tasks.value.get(id);
  const run = async () => {
    setBusy(true);
    setError(null);
    setDone(null);
    try {
      const answer = await post<Exported | Task>("/api/cache/export", { repo: d.repo, type: d.type, revision });
      if (!("kind" in answer)) return setDone(answer);
      learnTask(answer);
      setId(answer.id);
      await ended(answer.id);
      const t = await whole(answer.id);
      if (t.status === "completed") setDone(t.result as Exported);
    } catch (e) {
      setError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="card stack" aria-labelledby="cache-export">
      <div>
        <h2 id="cache-export">Export</h2>
        <p class="muted">Plain files in a folder of their own, for programs that know nothing of the cache. Where the disk allows it they take no space twice.</p>
      </div>
      {system.value.exportEnabled ? (
        <div class="row cache-export">
          {d.revisions.length > 1 && <Select label="Revision" value={revision} onChange={setRevision} options={[["", "The current one"], ...d.revisions.map((r) => [r.commit, r.refs[0] ? `${r.refs[0]} (${r.commit.slice(0, 7)})` : r.commit.slice(0, 7)] as const)]} />}
          <Button icon="folder" busy={busy} onClick={run} data-testid="cache-export-start">Export</Button>
        </div>
      ) : (
        <Details summary="This server has no folder to export to. How to change that">
          <p>Start it with the one folder that it may export to:</p>
          <Command text="hfdownloader serve --export-dir FOLDER" />
        </Details>
      )}
      {task && <TaskProgress task={task} label="Export" goesOn="What was exported stays; exporting again goes on." />}
      <div role="status" class="stack">
        {done && (
          <Notice kind={done.missingBlob?.length ? "warn" : "ok"} title={`${plural(done.files, "file")}, ${bytes(done.bytes)}, exported`}>
            <p class="row"><code class="name" data-testid="cache-exported">{done.dest}</code><Copy quiet text={done.dest} label="Copy the folder" /></p>
            <p>{how(done)}</p>
            {done.missingBlob && done.missingBlob.length > 0 && <p class="name">Not here, so not exported: {done.missingBlob.slice(0, 5).join(", ")}{done.missingBlob.length > 5 && ` and ${done.missingBlob.length - 5} more`}. Download it again first.</p>}
          </Notice>
        )}
      </div>
      {error !== null && <Problem error={error} onRetry={run} />}
    </section>
  );
}

function how(x: Exported): string {
  const parts = ([[x.hardlinked + x.reflinked, "share the space of the cache"], [x.copied, "copied"], [x.symlinked, "links into the cache"], [x.unchanged, "there already"]] as const)
    .filter(([n]) => n > 0)
    .map(([n, words]) => `${n} ${words}`);
  return parts.length > 0 ? `${parts.join(", ")}.` : "";
}
