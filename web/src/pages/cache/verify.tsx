import { useEffect, useState } from "preact/hooks";
import { ago, bytes, plural } from "../../format";
import { taskList } from "../../live";
import { begin, going, whole } from "../../tasks";
import type { Task } from "../../types";
import { Button } from "../../ui/button";
import { Badge, Notice, Problem } from "../../ui/show";
import { TaskProgress } from "../../ui/task";

interface Finding {
  repo: string;
  type: string;
  path: string;
  problem: string;
  detail: string;
  damage: boolean;
  done: string;
  error: string;
}

interface Verified {
  repos: number;
  files: number;
  bytes: number;
  damaged: number;
  healed: number;
  left: number;
  problems: Finding[];
  truncated: boolean;
}

/** Reads everything again, of one repository or of all, and mends what is damaged. */
export function Verify({ repo, type, onHealed }: { repo?: string; type?: string; onHealed: () => void }) {
  // The newest one, also of before this page was opened.
  const task = taskList.value.find((t) => (t.kind === "verify" || t.kind === "repair") && same(t, repo, type));
  const busy = task !== undefined && going(task);
  const repairing = task?.kind === "repair";
  const [result, setResult] = useState<Verified | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [mine, setMine] = useState(""); // of now: what it mended changes the rest of the page
  useEffect(() => {
    setResult(null);
    if (task?.status !== "completed") return;
    let gone = false;
    whole(task.id).then((t) => gone || setResult(t.result as Verified), (e: unknown) => gone || setError(e));
    if (repairing && task.id === mine) onHealed();
    return () => void (gone = true);
  }, [task?.id, task?.status]);
  const run = async (repair: boolean) => {
    setError(null);
    try {
      setMine((await begin("/api/cache/verify", { repo, type, repair })).id);
    } catch (e) {
      setError(e);
    }
  };
  return (
    <section class="card stack" aria-labelledby="cache-verify">
      <div class="cache-space-head">
        <div class="grow">
          <h2 id="cache-verify">{repo ? "Is it whole?" : "Is everything whole?"}</h2>
          <p class="muted">{repo ? "Reads every file again" : "Reads every file of the cache again"} and compares its checksum. Nothing is changed, and no network is used.</p>
        </div>
        <Button icon="shield" busy={busy && !repairing} disabled={busy} onClick={() => run(false)} data-testid="cache-verify-start">Verify</Button>
      </div>
      {error !== null && <Problem error={error} />}
      {task && task.status !== "completed" && <TaskProgress task={task} label={repairing ? "Repair" : "Verify"} goesOn="Nothing is half done." />}
      <div role="status" class="stack" data-testid="cache-verified">
        {result && task && <p class="muted">{repairing ? "Repaired" : "Verified"} {ago(task.endedAt)}.</p>}
        {result && <Result of={result} repaired={repairing} withRepo={!repo} onRepair={() => run(true)} />}
      </div>
    </section>
  );
}

/** A problem's name (docs/cache.md) in words; others are words already. */
function words(problem: string): string {
  switch (problem) {
    case "corrupt": return "Its content is not what it should be";
    case "truncated": return "It is too short";
    case "too-long": return "It is too long";
    case "unreadable": return "It cannot be read";
    case "missing-blob": return "Its content is not there";
    case "dangling-link": return "It leads to nothing";
    case "outside-link": return "It leads out of the repository";
    case "wrong-entry": return "It is not what the listing says";
    case "bad-ref": case "lost-ref": case "left-ref": return "This branch or tag leads to no revision";
    case "bad-listing": return "The kept list of files is wrong";
    case "foreign": case "foreign-blob": case "foreign-entry": return "It is of no client and does not belong there";
    case "bad-folder": return "The folder of the repository is a link or a file";
    default: return problem;
  }
}

/** Whether a task is about this repository, or about all for none. */
function same(t: Task, repo?: string, type?: string): boolean {
  const r = (t.request ?? {}) as { repo?: string; type?: string };
  return (r.repo || undefined) === repo && (!repo || (r.type || "model") === type);
}

function Result({ of: r, repaired, withRepo, onRepair }: { of: Verified; repaired: boolean; withRepo: boolean; onRepair: () => void }) {
  const left = repaired ? r.left : r.damaged;
  const read = `${plural(r.files, "file")}, ${bytes(r.bytes)}, read`;
  return (
    <>
      {left === 0 && <Notice kind="ok" title={repaired && r.healed > 0 ? `Repaired: ${plural(r.healed, "problem")} mended, nothing is damaged any more` : "Nothing is damaged"}><p>{read}.</p></Notice>}
      {left > 0 && (
        <Notice kind="bad" title={repaired ? `${plural(left, "problem")} could not be mended` : `${plural(left, "thing is", "things are")} damaged`}>
          <p>{repaired ? `${plural(r.healed, "problem")} mended. What is left needs the reason beside it gone first.` : `${read}. Repairing fetches again only what is wrong; until then nothing is deleted.`}</p>
          <p class="row"><Button kind="primary" icon="retry" onClick={onRepair} data-testid="cache-repair">{repaired ? "Try to repair again" : "Repair"}</Button></p>
        </Notice>
      )}
      {r.problems.length > 0 && (
        <ul class="cache-rows">
          {r.problems.map((p, i) => (
            <li key={i}>
              <div class="grow">
                <span class="name">{withRepo && <strong>{p.repo} </strong>}<code>{p.path}</code></span>
                <p class="muted name">{words(p.problem)}{p.detail && p.detail !== p.problem && `: ${p.detail}`}</p>
                {p.error && <p class="name">{p.error}</p>}
              </div>
              {p.done ? <Badge kind="ok">{p.done === "fetched" ? "Fetched again" : p.done}</Badge> : p.damage ? <Badge kind="bad">Damaged</Badge> : <Badge>No damage</Badge>}
            </li>
          ))}
        </ul>
      )}
      {r.truncated && <p class="muted">There are more than are shown.</p>}
    </>
  );
}
