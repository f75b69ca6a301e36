import { useState } from "preact/hooks";
import { bytes, eta, percent, speed } from "../format";
import { cancel, going } from "../tasks";
import type { Task } from "../types";
import { Button } from "./button";
import { Badge, Bar, Notice, Problem } from "./show";

const badges = {
  queued: ["Waiting", ""], running: ["Running", "info"], completed: ["Done", "ok"], failed: ["Failed", "bad"], cancelled: ["Cancelled", "warn"],
} as const;

export function TaskBadge({ task }: { task: Task }) {
  const [text, kind] = badges[task.status];
  return <Badge kind={kind}>{text}</Badge>;
}

/** How far a task is, with a button that ends it; afterwards what went wrong, if anything did. */
export function TaskProgress({ task: t, label, goesOn }: { task: Task; label: string; goesOn?: string }) {
  const [stopping, setStopping] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (t.status === "failed") {
    return <Notice kind="bad" title={`${label} failed`}><p class="name">{t.error}</p>{t.hint && !t.error.includes(t.hint) && <p class="name">{t.hint}</p>}</Notice>;
  }
  if (t.status === "cancelled") return <Notice kind="warn" title={`${label} was cancelled`}>{goesOn && <p>{goesOn}</p>}</Notice>;
  if (!going(t)) return null;
  const { done, total, bytesPerSecond, activity } = t.progress;
  const stop = () => {
    setStopping(true);
    setError(null);
    cancel(t.id).catch((e: unknown) => (setError(e), setStopping(false)));
  };
  return (
    <div class="task" data-testid="task">
      <div class="row">
        <strong class="grow">{t.status === "queued" ? `${label}: waiting for its turn` : label}</strong>
        <Button busy={stopping} onClick={stop} data-testid="task-cancel">Cancel</Button>
      </div>
      <Bar value={done} max={total} label={label} />
      <p class="muted task-words">
        {total > 0 ? `${percent(done, total)} %, ${bytes(done)} of ${bytes(total)}` : activity || "Looking at what there is"}
        {bytesPerSecond > 0 && ` · ${speed(bytesPerSecond)} · ${eta(total - done, bytesPerSecond)} left`}
        {activity && total > 0 && <span class="name"> · {activity}</span>}
      </p>
      {error !== null && <Problem error={error} />}
    </div>
  );
}
