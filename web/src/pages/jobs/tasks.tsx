// Long work of the server other than downloads.

import { del, post } from "../../api";
import { bytes, eta, percent, speed } from "../../format";
import { forgetTask, taskList } from "../../live";
import type { Task } from "../../types";
import { Button, IconButton } from "../../ui/button";
import { Badge, Bar } from "../../ui/show";
import { attempt } from "./act";

const names: Record<string, string> = {
  mirror_push: "Copy to mirror", mirror_pull: "Copy from mirror", mirror_diff: "Compare with mirror", export: "Export", verify: "Check files", repair: "Repair",
};
const words: Record<string, string> = { queued: "Queued", running: "Running", completed: "Completed", failed: "Failed", cancelled: "Cancelled" };

/** Those under way, and those that failed; the pages that started them show the rest. */
export function Tasks() {
  const list = taskList.value.filter((t) => t.status === "running" || t.status === "queued" || t.status === "failed").slice(0, 10);
  if (list.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="tasks-head">
      <h2 id="tasks-head">Other work</h2>
      <ul class="jobs-list">{list.map((t) => <One key={t.id} of={t} />)}</ul>
    </section>
  );
}

function One({ of: t }: { of: Task }) {
  const p = t.progress, open = t.status === "running" || t.status === "queued";
  return (
    <li class="card jobs-row" data-testid={`task-${t.id}`}>
      <div class="jobs-head">
        <strong class="name jobs-name">{names[t.kind] ?? t.kind}: {t.subject}</strong>
        <Badge kind={t.status === "failed" ? "bad" : t.status === "running" ? "info" : ""}>{words[t.status] ?? t.status}</Badge>
        {open && <Button onClick={() => void attempt("", () => del(`/api/tasks/${encodeURIComponent(t.id)}`))}>Cancel</Button>}
        {!open && <IconButton icon="close" label={`Remove ${t.subject} from the list`} data-testid={`task-dismiss-${t.id}`} onClick={() => void attempt("", () => post(`/api/tasks/${encodeURIComponent(t.id)}/dismiss`)).then((ok) => ok && forgetTask(t.id))} />}
      </div>
      {t.status === "running" && <Bar value={p.done} max={p.total} label={`Progress of ${t.subject}`} />}
      {t.status === "running" && (
        <p class="jobs-figures muted">
          {p.total > 0 && <span>{bytes(p.done)} of {bytes(p.total)}, {percent(p.done, p.total)} %</span>}
          {p.bytesPerSecond > 0 && <span>{speed(p.bytesPerSecond)}, {eta(p.total - p.done, p.bytesPerSecond)} left</span>}
          {p.activity && <span class="name">{p.activity}</span>}
        </p>
      )}
      {t.error && <p class="name">{t.error}{t.hint && !t.error.includes(t.hint) ? ` ${t.hint}` : ""}</p>}
    </li>
  );
}
